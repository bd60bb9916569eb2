import { getLambdaServices } from '../shared/composition/lambda-services.ts';
import { createStepHandler } from '../shared/platform/lambda/step-handler.ts';
import { updateInput } from '../shared/runs/step-schemas.ts';
import { updateCentralAccount } from '../shared/runs/update.ts';

/** Deployed once for each central account. Its role may only assume the role of that account. */
export const createHandler = createStepHandler({
  name: 'update-central-account',
  input: updateInput,
  run: updateCentralAccount,
});

export const handler = createHandler(getLambdaServices);
