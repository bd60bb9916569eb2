import { registerAccount } from '../shared/run/register.ts';
import { registerInput } from '../shared/run/steps.ts';
import { lambdaServices } from '../shared/telemetry/lambda-services.ts';
import { stepHandler } from '../shared/telemetry/step-handler.ts';

export const createHandler = stepHandler({
  name: 'register-account',
  input: registerInput,
  run: registerAccount,
});

export const handler = createHandler(lambdaServices);
