import { getLambdaServices } from '../shared/composition/lambda-services.ts';
import { createStepHandler } from '../shared/platform/lambda/step-handler.ts';
import { advanceDelivery } from '../shared/secrets/deployment/advance.ts';
import { advanceInput } from '../shared/secrets/deployment/step-schemas.ts';

export const createHandler = createStepHandler({
  name: 'advance-deployment',
  input: advanceInput,
  run: advanceDelivery,
});

export const handler = createHandler(getLambdaServices);
