import { lambdaServices } from '../shared/composition/lambda-services.ts';
import { stepHandler } from '../shared/platform/lambda/step-handler.ts';
import { registerAccount } from '../shared/runs/register.ts';
import { registerInput } from '../shared/runs/step-schemas.ts';

export const createHandler = stepHandler({
  name: 'register-account',
  input: registerInput,
  run: registerAccount,
});

export const handler = createHandler(lambdaServices);
