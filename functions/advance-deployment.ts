import { advanceDelivery } from '../shared/rotation/advance.ts';
import { advanceInput } from '../shared/rotation/steps.ts';
import { lambdaServices } from '../shared/telemetry/lambda-services.ts';
import { stepHandler } from '../shared/telemetry/step-handler.ts';

export const createHandler = stepHandler({
  name: 'advance-deployment',
  input: advanceInput,
  run: advanceDelivery,
});

export const handler = createHandler(lambdaServices);
