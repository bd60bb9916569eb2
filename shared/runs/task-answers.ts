import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
} from '@aws-sdk/client-sfn';
import { getTimestamp } from '../platform/clock.ts';
import type { Services } from '../reconcile/services.ts';
import type { ApprovalDecision, ApprovalRequest } from '../store/ports.ts';
import { LOCAL_RUN_TOKEN } from './approval/request-approval.ts';

/** Errors of Step Functions for a task that does not wait any more (Step Functions API reference, SendTaskSuccess). */
const gone: ReadonlySet<string> = new Set(['InvalidToken', 'TaskDoesNotExist', 'TaskTimedOut']);

/**
 * Answers a waiting Step Functions task.
 * @returns false if the task does not wait any more
 */
async function toTask(token: string, send: (taskToken: string) => Promise<unknown>): Promise<boolean> {
  if (token === LOCAL_RUN_TOKEN) return false;
  try {
    await send(token);
    return true;
  } catch (error) {
    if (error instanceof Error && gone.has(error.name)) return false;
    throw error;
  }
}

/**
 * Sends a heartbeat to find out whether the Step Functions task still waits. The heartbeat has no other effect, because
 * the task has no `HeartbeatSeconds`. It fails if the task has ended.
 */
export const isStillWaiting = ({ hub }: Services, { token }: ApprovalRequest): Promise<boolean> =>
  toTask(token, (taskToken) => hub.sfn.send(new SendTaskHeartbeatCommand({ taskToken })));

/**
 * Continues the run of a waiting task.
 * @returns false if the task does not wait any more
 */
const succeedTask = ({ hub }: Services, { token, planHash }: ApprovalRequest): Promise<boolean> =>
  toTask(token, (taskToken) =>
    hub.sfn.send(
      new SendTaskSuccessCommand({ taskToken, output: JSON.stringify({ verdict: 'approved', planHash }) }),
    ),
  );

/**
 * Makes the run of a waiting task fail.
 * @returns false if the task does not wait any more
 */
const failTask = ({ hub }: Services, { token }: ApprovalRequest, { by, reason }: ApprovalDecision) =>
  toTask(token, (taskToken) =>
    hub.sfn.send(
      new SendTaskFailureCommand({
        taskToken,
        error: 'ApprovalRejectedError',
        cause: `Rejected by ${by}${reason === undefined ? '' : `: ${reason}`}`.slice(0, longestCause),
      }),
    ),
  );

/** The longest cause that SendTaskFailure accepts, in characters (API reference). */
const longestCause = 32_768;

/**
 * Tells the waiting task of a run about the decision.
 * @returns false if the task does not wait any more
 */
export async function endTask(
  services: Services,
  request: ApprovalRequest,
  decision: ApprovalDecision,
): Promise<boolean> {
  if (request.token === LOCAL_RUN_TOKEN) await closeRun(services, request, decision);
  return decision.verdict === 'approved'
    ? succeedTask(services, request)
    : failTask(services, request, decision);
}

/**
 * Stores the decision about a run on an operator's own computer. That run has ended when it asked for approval, so no
 * task waits.
 */
async function closeRun(
  { store, clock }: Services,
  { runId }: ApprovalRequest,
  { verdict, by }: ApprovalDecision,
) {
  const run = await store.runs.get(runId);
  if (run?.status !== 'waiting-for-approval') return;
  const reason = `The run ended on its machine after it asked for approval. Later the request was ${verdict} by ${by}`;
  const unresolved =
    verdict === 'approved' ? { unresolved: ['The approved access is not granted yet. Run it again'] } : {};
  await store.runs.put({ ...run, ...unresolved, status: 'failed', reason, finishedAt: getTimestamp(clock) });
}
