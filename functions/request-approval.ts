import { requestApproval } from '../shared/run/request-approval.ts';
import { requestApprovalInput } from '../shared/run/steps.ts';
import { lambdaServices } from '../shared/telemetry/lambda-services.ts';
import { stepHandler } from '../shared/telemetry/step-handler.ts';

/** What it returns nobody reads: the task waits for its token to come back. */
export const createHandler = stepHandler({
  name: 'request-approval',
  input: requestApprovalInput,
  run: requestApproval,
});

export const handler = createHandler(lambdaServices);
