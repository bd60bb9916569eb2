import { getActiveConfiguration } from '../../configuration/active-configuration.ts';
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
 * Stands for the token of a task, if the run is on an operator's own machine. Such a run ends when it requests
 * approval.
 */
export const LOCAL_RUN_TOKEN = 'no-task';

export interface RequestApprovalStep {
  readonly runId: string;
  /** The execution's start, ISO 8601. */
  readonly startedAt: string;
  /** The token of the waiting task. */
  readonly token: string;
  /** ARN. */
  readonly execution: string;
  readonly accounts: readonly { readonly accountId: string }[];
  /** How long the task waits. */
  readonly seconds: number;
}

export interface RequestedApproval {
  readonly runId: string;
  readonly planHash: string;
}

/**
 * How many characters of the difference are stored. An item of DynamoDB may have 400 KB, and compressed text takes far
 * less. Operators would not read more.
 */
const longestDifference = 150_000;

/**
 * Requests approval for the run's waiting accounts: stores the request, then notifies operators. The task waits until
 * an operator decides or its time is over.
 * @throws ApprovalNotNeededError if the accounts were approved after the plan: the state machine then continues
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
  // The request has a decision already, because Step Functions has invoked this step twice. Do not ask again.
  if (!(await store.approvals.put(request))) return { runId, planHash };
  await store.runs.put(waitingRun(step, run, request));
  await notify(services, {
    title: approvalTitle,
    detail: createApprovalDetail(request),
    subject: formatApprovalSubject(request),
    message: formatApprovalMessage(request),
    deduplicationId: `${runId}-approval-${planHash.slice(0, 12)}`,
  });
  services.logger.info('Approval requested', { runId, planHash, until, at: getTimestamp(clock) });
  return { runId, planHash };
}

const approvalTitle = 'Approval Requested';

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

/** The record of the waiting run. Another step may have stored a record before, or none may have. */
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
  reason: `Waits until ${until} for approval of ${accounts.map(({ id }) => id).join(', ')}`,
  waitingUntil: until,
});
