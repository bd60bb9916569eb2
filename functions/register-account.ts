import { getLambdaServices } from '../shared/composition/lambda-services.ts';
import { createStepHandler } from '../shared/platform/lambda/step-handler.ts';
import { registerAccount } from '../shared/runs/register.ts';
import { registerInput } from '../shared/runs/step-schemas.ts';

export const createHandler = createStepHandler({
  name: 'register-account',
  input: registerInput,
  run: registerAccount,
});

export const handler = createHandler(getLambdaServices);
