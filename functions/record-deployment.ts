import { lambdaServices } from '../shared/composition/lambda-services.ts';
import { stepHandler } from '../shared/platform/lambda/step-handler.ts';
import { finishDeployments } from '../shared/secrets/deployment/finish.ts';
import { finishInput } from '../shared/secrets/deployment/step-schemas.ts';

export const createHandler = stepHandler({
  name: 'record-deployment',
  input: finishInput,
  run: finishDeployments,
});

export const handler = createHandler(lambdaServices);
