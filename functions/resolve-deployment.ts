import { resolveDeployments } from '../shared/rotation/resolve.ts';
import { resolveInput } from '../shared/rotation/steps.ts';
import { lambdaServices } from '../shared/telemetry/lambda-services.ts';
import { stepHandler } from '../shared/telemetry/step-handler.ts';

export const createHandler = stepHandler({
  name: 'resolve-deployment',
  input: resolveInput,
  run: resolveDeployments,
});

export const handler = createHandler(lambdaServices);
