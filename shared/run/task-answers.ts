import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
} from '@aws-sdk/client-sfn';
import type { Services } from '../services.ts';
import type { ApprovalDecision, ApprovalRequest } from '../store/ports.ts';
import { noTask } from './request-approval.ts';

/** Answers of Step Functions about a task that does not wait any more (API reference, SendTaskSuccess). */
const gone: ReadonlySet<string> = new Set(['InvalidToken', 'TaskDoesNotExist', 'TaskTimedOut']);

/** @returns whether the task was there */
async function toTask(token: string, send: (taskToken: string) => Promise<unknown>): Promise<boolean> {
  if (token === noTask) return false;
  try {
    await send(token);
    return true;
  } catch (error) {
    if (error instanceof Error && gone.has(error.name)) return false;
    throw error;
  }
}

/** A heartbeat changes nothing on a task without `HeartbeatSeconds`, and is refused once the task is closed. */
export const stillWaits = ({ hub }: Services, { token }: ApprovalRequest): Promise<boolean> =>
  toTask(token, (taskToken) => hub.sfn.send(new SendTaskHeartbeatCommand({ taskToken })));

/** Lets the run go on. @returns whether it was there */
export const succeedTask = ({ hub }: Services, { token, planHash }: ApprovalRequest): Promise<boolean> =>
  toTask(token, (taskToken) =>
    hub.sfn.send(
      new SendTaskSuccessCommand({ taskToken, output: JSON.stringify({ verdict: 'approved', planHash }) }),
    ),
  );

/** Lets the run fail. @returns whether it was there */
export const failTask = ({ hub }: Services, { token }: ApprovalRequest, { by, reason }: ApprovalDecision) =>
  toTask(token, (taskToken) =>
    hub.sfn.send(
      new SendTaskFailureCommand({
        taskToken,
        error: 'ApprovalRejectedError',
        cause: `Rejected by ${by}${reason === undefined ? '' : `: ${reason}`}`.slice(0, longestCause),
      }),
    ),
  );

/** SendTaskFailure, API reference. */
const longestCause = 32_768;
