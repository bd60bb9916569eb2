import { finishDeployments } from '../shared/rotation/finish.ts';
import { finishInput } from '../shared/rotation/steps.ts';
import { lambdaServices } from '../shared/telemetry/lambda-services.ts';
import { stepHandler } from '../shared/telemetry/step-handler.ts';

export const createHandler = stepHandler({
  name: 'record-deployment',
  input: finishInput,
  run: finishDeployments,
});

export const handler = createHandler(lambdaServices);
