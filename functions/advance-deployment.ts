import { lambdaServices } from '../shared/composition/lambda-services.ts';
import { stepHandler } from '../shared/platform/lambda/step-handler.ts';
import { advanceDelivery } from '../shared/secrets/deployment/advance.ts';
import { advanceInput } from '../shared/secrets/deployment/step-schemas.ts';

export const createHandler = stepHandler({
  name: 'advance-deployment',
  input: advanceInput,
  run: advanceDelivery,
});

export const handler = createHandler(lambdaServices);
