import { getLambdaServices } from '../shared/composition/lambda-services.ts';
import { createStepHandler } from '../shared/platform/lambda/step-handler.ts';
import { updateInput } from '../shared/runs/step-schemas.ts';
import { updateCentralAccount } from '../shared/runs/update.ts';

/**
 * This code is deployed once for each central account. The role of each function may only assume the spoke role of its
 * own central account.
 */
export const createHandler = createStepHandler({
  name: 'update-central-account',
  input: updateInput,
  run: updateCentralAccount,
});

export const handler = createHandler(getLambdaServices);
