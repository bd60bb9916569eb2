import { getActiveConfiguration } from '../../configuration/active-configuration.ts';
import { formatAccount } from '../../platform/account.ts';
import { getTimestamp } from '../../platform/clock.ts';
import type { Services } from '../../reconcile/services.ts';
import type { ApprovalRequest, RunRecord } from '../../store/ports.ts';
import { notify } from '../record/announce.ts';
import { createApprovalDetail, formatApprovalMessage, formatApprovalSubject } from './approval-message.ts';
import { planApproval } from './approval-plan.ts';
import { formatApprovalDifference } from './approvals.ts';
import { limitText } from './bounded-text.ts';
import { ApprovalNotNeededError } from './errors.ts';

/**
 * Takes the place of a task token for a run on an operator's own computer. Such a run does not wait: it ends when it
 * requests approval.
 */
export const LOCAL_RUN_TOKEN = 'no-task';

export interface RequestApprovalStep {
  readonly runId: string;
  /** When the execution started, ISO 8601. */
  readonly startedAt: string;
  /** The token of the waiting Step Functions task. */
  readonly token: string;
  /** The ARN of the execution. */
  readonly execution: string;
  readonly accounts: readonly { readonly accountId: string }[];
  /** How long the task waits for a decision. */
  readonly seconds: number;
}

export interface RequestedApproval {
  readonly runId: string;
  readonly planHash: string;
}

/**
 * How many characters of the described changes are stored. An item of DynamoDB has at most 400 KB, and this text takes
 * far less when it is compressed. No operator would read more.
 */
const longestDifference = 150_000;

/**
 * Requests approval for the accounts of the run that wait. It stores the request and then notifies operators. The Step
 * Functions task waits until an operator decides, or until its time is over.
 * @throws ApprovalNotNeededError if the accounts were approved after the plan: then the state machine continues
 */
export async function requestApproval(
  services: Services,
  step: RequestApprovalStep,
): Promise<RequestedApproval> {
  const { store, clock } = services;
  const { runId } = step;
  const request = await requestOf(services, step);
  const run = await store.runs.get(runId);
  const { planHash, until } = request;
  // Step Functions has invoked this step twice, and the request has a decision already. So operators are not asked
  // again.
  if (!(await store.approvals.put(request))) return { runId, planHash };
  await store.runs.put(waitingRun(step, run, request));
  await notify(services, {
    title: 'Approval Requested',
    detail: createApprovalDetail(request),
    subject: formatApprovalSubject(request),
    message: formatApprovalMessage(request),
    deduplicationId: `${runId}-approval-${planHash.slice(0, 12)}`,
  });
  services.logger.info('Approval requested', { runId, planHash, until, at: getTimestamp(clock) });
  return { runId, planHash };
}

async function requestOf(services: Services, step: RequestApprovalStep): Promise<ApprovalRequest> {
  const { store, clock } = services;
  const { runId, token, execution, seconds } = step;
  const active = await getActiveConfiguration(store);
  const accounts = await store.registry.listAccounts();
  const question = { active, accounts, runId, accountIds: step.accounts.map(({ accountId }) => accountId) };
  const plan = planApproval(question);
  if (plan.waiting.length === 0)
    throw new ApprovalNotNeededError('No account of this run waits for approval any more', { runId });
  return {
    runId,
    token,
    execution,
    accounts: plan.content.accounts,
    planHash: plan.planHash,
    configurationHash: active.hash,
    difference: limitText(
      await formatApprovalDifference(services, question, plan),
      longestDifference,
      '`onboarding plan --account ID`',
    ),
    requestedAt: getTimestamp(clock),
    until: new Date(clock.now() + seconds * 1_000).toISOString(),
  };
}

/** The record of the waiting run. An earlier step may have stored a record, or there may be none. */
const waitingRun = (
  { runId, startedAt }: RequestApprovalStep,
  run: RunRecord | undefined,
  { accounts, until }: ApprovalRequest,
): RunRecord => ({
  runId,
  startedAt,
  accountIds: accounts.map(({ id }) => id),
  ...run,
  status: 'waiting-for-approval',
  reason: `Waits until ${until} for approval of ${accounts.map(({ id, position }) => formatAccount({ id, name: position.name })).join(', ')}`,
  waitingUntil: until,
});
