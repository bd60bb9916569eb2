import { getLambdaServices } from '../shared/composition/lambda-services.ts';
import { createStepHandler } from '../shared/platform/lambda/step-handler.ts';
import { resolveDeployments } from '../shared/secrets/deployment/resolve.ts';
import { resolveInput } from '../shared/secrets/deployment/step-schemas.ts';

export const createHandler = createStepHandler({
  name: 'resolve-deployment',
  input: resolveInput,
  run: resolveDeployments,
});

export const handler = createHandler(getLambdaServices);
