import { getLambdaServices } from '../shared/composition/lambda-services.ts';
import { createStepHandler } from '../shared/platform/lambda/step-handler.ts';
import type { Services } from '../shared/reconcile/services.ts';
import { updateInput } from '../shared/runs/step-schemas.ts';
import { updateCentralAccount } from '../shared/runs/update.ts';

/** May assume the spoke role of the configuration account only. */
export const createHandler = createStepHandler({
  name: 'update-configuration-account',
  input: updateInput,
  run: (services: Services, input) =>
    updateCentralAccount(services, { ...input, centralAccount: 'configuration' }),
});

export const handler = createHandler(getLambdaServices);
