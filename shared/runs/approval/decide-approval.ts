import { getActiveConfiguration } from '../../configuration/active-configuration.ts';
import { formatAccount } from '../../platform/account.ts';
import { getTimestamp } from '../../platform/clock.ts';
import { ConcurrentUpdateError } from '../../platform/errors.ts';
import { StalePlanError } from '../../reconcile/errors.ts';
import {
  isPendingApproval,
  isSamePendingState,
  toWaitingAccount,
} from '../../reconcile/required-approval.ts';
import type { Services } from '../../reconcile/services.ts';
import type { ApprovalDecision, ApprovalRequest } from '../../store/ports.ts';
import type { WaitingAccount } from '../../store/run-ports.ts';
import { endTask, isStillWaiting } from '../task-answers.ts';
import { matchesRequest } from './approval-plan.ts';
import { ApprovalClosedError } from './errors.ts';
import { formatRetryInstruction } from './expired-approval.ts';
import { LOCAL_RUN_TOKEN } from './request-approval.ts';

export interface ApprovalAnswer {
  readonly runId: string;
  /** The hash of the plan that the operator has seen. */
  readonly planHash: string;
  readonly verdict: ApprovalDecision['verdict'];
  readonly by: string;
  readonly reason?: string | undefined;
}

export interface DecidedApproval {
  readonly decision: ApprovalDecision;
  /** Whether the request already has this decision, for example because the operator repeats the command. */
  readonly alreadyDecided: boolean;
  /** Accounts that this call has approved. */
  readonly approved: readonly string[];
  /**
   * Accounts whose name, tags or OUs have changed since the operator saw the request. They still wait, and the run
   * makes a new request for them.
   */
  readonly changedSinceRequest: readonly string[];
  /** Whether this decision continues the run. */
  readonly resumed: boolean;
  /**
   * Other runs that this decision continues or ends. After an approval, runs that waited only for these accounts
   * continue. After a rejection, runs with an equal request fail.
   */
  readonly otherRunsResumed: readonly string[];
}

/**
 * Finds the request to decide. It has no decision yet, or the same decision already.
 * @throws ApprovalClosedError if there is no request, if it has the opposite decision, or if its time is over
 * @throws StalePlanError if the operator has seen another request than the latest one
 */
export async function findRequest(
  { store, clock }: Services,
  { runId, planHash, verdict }: Pick<ApprovalAnswer, 'runId' | 'planHash' | 'verdict'>,
): Promise<ApprovalRequest> {
  const request = await store.approvals.get(runId);
  if (request === undefined)
    throw new ApprovalClosedError(
      `Run ${runId} does not wait for approval. Nothing was changed. \`onboarding approve\` lists the runs that wait`,
      { runId },
    );
  const { decision, until } = request;
  if (decision !== undefined && decision.verdict !== verdict) throw decidedOtherwise(request, decision);
  if (request.planHash !== planHash)
    throw new StalePlanError(
      `Run ${runId} waits for the approval of another plan (hash ${request.planHash.slice(0, 12)}). Nothing was changed. ` +
        'See the plan: `onboarding approve` lists the runs that wait',
      { runId, asked: request.planHash, named: planHash },
    );
  if (decision === undefined && clock.now() >= Date.parse(until)) throw tooLate(request, `at ${until}`);
  return request;
}

/**
 * Stores an operator's decision about the request of a run, and resumes the run. The steps of an approval:
 * 1. Check that the run still waits, so that nothing is approved for a run that has ended.
 * 2. Check that the request is still as the operator saw it.
 * 3. Store the decision, if there is none yet.
 * 4. Approve each account whose position is unchanged.
 * 5. Resume the run.
 * If a step fails, another call of this function completes the decision.
 * @throws ApprovalClosedError, StalePlanError like `findRequest`. Also if the run does not wait any more, or if the
 * plan has changed
 * @throws ConcurrentUpdateError if another change of the registry comes first in every attempt
 */
export async function decideApproval(services: Services, answer: ApprovalAnswer): Promise<DecidedApproval> {
  const request = await findRequest(services, answer);
  if (request.decision === undefined) {
    await requireWaiting(services, request);
    if (answer.verdict === 'approved') await requireSamePlan(services, request);
  }
  const { decision, alreadyDecided } = await decide(services, request, answer);
  const done = { decision, alreadyDecided, approved: [], changedSinceRequest: [], otherRunsResumed: [] };
  if (decision.verdict === 'rejected') {
    const resumed = await endTask(services, request, decision);
    return { ...done, resumed, otherRunsResumed: await rejectOthers(services, request, decision) };
  }
  if (await anybodyWaits(services, request)) await requireSameConfiguration(services, request);
  const { approved, changedSinceRequest } = await approveAccounts(services, request);
  const resumed = await endTask(services, request, decision);
  const otherRunsResumed = await releaseOthers(services, request, decision);
  return { ...done, approved, changedSinceRequest, resumed, otherRunsResumed };
}

async function requireWaiting(services: Services, request: ApprovalRequest): Promise<void> {
  if (request.token === LOCAL_RUN_TOKEN || (await isStillWaiting(services, request))) return;
  throw tooLate(request, 'and its execution does not wait any more');
}

async function requireSamePlan({ store }: Services, request: ApprovalRequest): Promise<void> {
  const active = await getActiveConfiguration(store);
  const accounts = await store.registry.listAccounts();
  if (matchesRequest(request, { active, accounts })) return;
  throw new StalePlanError(
    `The plan of run ${request.runId} is out of date: an account or the configuration has changed since it was shown. ` +
      'Nothing was changed. Another run may wait for the new plan: `onboarding approve` lists the runs that wait. ' +
      formatRetryInstruction(request.accounts.map(({ id }) => id)),
    { runId: request.runId, asked: request.planHash },
  );
}

async function anybodyWaits({ store }: Services, { accounts }: ApprovalRequest): Promise<boolean> {
  const stored = await Promise.all(accounts.map(({ id }) => store.registry.getAccount(id)));
  return stored.some((account) => account !== undefined && isPendingApproval(account));
}

/**
 * Used when an interrupted decision is completed. Some accounts are approved by then, so only the configuration can be
 * compared, and not the request.
 */
async function requireSameConfiguration({ store }: Services, request: ApprovalRequest): Promise<void> {
  const { hash } = await getActiveConfiguration(store);
  if (hash === request.configurationHash) return;
  throw new StalePlanError(
    `Another configuration became active after run ${request.runId} asked for approval, so the rest of its ` +
      `approval was not done. ${formatRetryInstruction(request.accounts.map(({ id }) => id))}`,
    { runId: request.runId },
  );
}

async function decide(
  { store, clock }: Services,
  request: ApprovalRequest,
  { verdict, by, reason }: ApprovalAnswer,
): Promise<{ readonly decision: ApprovalDecision; readonly alreadyDecided: boolean }> {
  if (request.decision !== undefined) return { decision: request.decision, alreadyDecided: true };
  const at = getTimestamp(clock);
  const decision = { verdict, by, at, ...(reason === undefined ? {} : { reason }) };
  if (await store.approvals.decide(request.runId, request.token, decision))
    return { decision, alreadyDecided: false };
  const now = await store.approvals.get(request.runId);
  if (now?.decision?.verdict === verdict) return { decision: now.decision, alreadyDecided: true };
  if (now?.decision !== undefined) throw decidedOtherwise(now, now.decision);
  throw new StalePlanError(
    `Run ${request.runId} has a new plan. Nothing was changed. See the new plan: onboarding approve`,
    {
      runId: request.runId,
    },
  );
}

async function approveAccounts(services: Services, { accounts }: ApprovalRequest) {
  const approved: string[] = [];
  const changedSinceRequest: string[] = [];
  for (const account of accounts) {
    const outcome = await approveAccount(services, account);
    if (outcome === 'approved') approved.push(account.id);
    if (outcome === 'moved') changedSinceRequest.push(account.id);
  }
  return { approved, changedSinceRequest };
}

const maxAttempts = 20;

/** Stores that the account is approved. If the account changes at the same time, it is read again. */
async function approveAccount({ store, clock, random }: Services, shown: WaitingAccount) {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const stored = await store.registry.getAccount(shown.id);
    if (stored === undefined || !isPendingApproval(stored)) return 'done';
    if (!isSamePendingState(toWaitingAccount(stored), shown)) return 'moved';
    const { approval: _, revision, updatedAt, ...account } = stored;
    if (await store.registry.put(account, revision, getTimestamp(clock))) return 'approved';
    await clock.sleep(Math.floor(random() * Math.min(2_000, 50 * 2 ** attempt)));
  }
  throw new ConcurrentUpdateError(
    `Account ${formatAccount({ id: shown.id, name: shown.position.name })} could not be approved: the registry changed during each of ${maxAttempts} attempts. ` +
      'Approve again: the command continues where it ended',
    { accountId: shown.id, attempts: maxAttempts },
  );
}

/**
 * Decides the requests of other runs for the same accounts. Several events about one account start several runs, and
 * each run makes a request. After one decision, no run should wait.
 */
async function releaseOthers(
  services: Services,
  { runId }: ApprovalRequest,
  decision: ApprovalDecision,
): Promise<readonly string[]> {
  const { approvals, registry } = services.store;
  const waiting = new Set((await registry.listAccounts()).filter(isPendingApproval).map(({ id }) => id));
  const others = (await approvals.listOpen()).items.filter(
    (other) => other.runId !== runId && !other.accounts.some(({ id }) => waiting.has(id)),
  );
  const because = { ...decision, reason: `its accounts were approved with run ${runId}` };
  return decideOthers(services, others, because);
}

/**
 * Rejects the equal requests of other runs. Otherwise somebody could approve, with another run, what the operator has
 * just rejected.
 */
async function rejectOthers(
  services: Services,
  { runId, planHash }: ApprovalRequest,
  decision: ApprovalDecision,
): Promise<readonly string[]> {
  const others = (await services.store.approvals.listOpen()).items.filter(
    (other) => other.runId !== runId && other.planHash === planHash,
  );
  return decideOthers(services, others, decision);
}

/**
 * Applies a decision to other runs.
 * @returns the runs that were decided
 */
async function decideOthers(
  services: Services,
  others: readonly ApprovalRequest[],
  decision: ApprovalDecision,
): Promise<readonly string[]> {
  const heard: string[] = [];
  for (const other of others) {
    if (!(await services.store.approvals.decide(other.runId, other.token, decision))) continue;
    if (await endTask(services, other, decision)) heard.push(other.runId);
  }
  return heard;
}

const decidedOtherwise = ({ runId, accounts }: ApprovalRequest, { verdict, by, at }: ApprovalDecision) =>
  new ApprovalClosedError(
    `Run ${runId} was already ${verdict} by ${by} at ${at}, and that is final. Nothing was changed. ` +
      (verdict === 'rejected'
        ? formatRetryInstruction(accounts.map(({ id }) => id))
        : 'To remove access, change the configuration'),
    { runId, verdict, by, at },
  );

const tooLate = ({ runId, accounts }: ApprovalRequest, when: string): ApprovalClosedError =>
  new ApprovalClosedError(
    `Too late: the time limit of run ${runId} ended ${when}. Nothing was granted. ` +
      formatRetryInstruction(accounts.map(({ id }) => id)),
    { runId, accountIds: accounts.map(({ id }) => id) },
  );
