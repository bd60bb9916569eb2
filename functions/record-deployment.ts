import { getLambdaServices } from '../shared/composition/lambda-services.ts';
import { createStepHandler } from '../shared/platform/lambda/step-handler.ts';
import { finishDeployments } from '../shared/secrets/deployment/finish.ts';
import { finishInput } from '../shared/secrets/deployment/step-schemas.ts';

export const createHandler = createStepHandler({
  name: 'record-deployment',
  input: finishInput,
  run: finishDeployments,
});

export const handler = createHandler(getLambdaServices);
