import { getLambdaServices } from '../shared/composition/lambda-services.ts';
import { createStepHandler } from '../shared/platform/lambda/step-handler.ts';
import { requestApproval } from '../shared/runs/approval/request-approval.ts';
import { requestApprovalInput } from '../shared/runs/step-schemas.ts';

/**
 * No state of the state machine reads this result, because the task waits until an operator's answer comes with its
 * token.
 */
export const createHandler = createStepHandler({
  name: 'request-approval',
  input: requestApprovalInput,
  run: requestApproval,
});

export const handler = createHandler(getLambdaServices);
