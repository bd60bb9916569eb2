import { lambdaServices } from '../shared/composition/lambda-services.ts';
import { stepHandler } from '../shared/platform/lambda/step-handler.ts';
import { resolveDeployments } from '../shared/secrets/deployment/resolve.ts';
import { resolveInput } from '../shared/secrets/deployment/step-schemas.ts';

export const createHandler = stepHandler({
  name: 'resolve-deployment',
  input: resolveInput,
  run: resolveDeployments,
});

export const handler = createHandler(lambdaServices);
