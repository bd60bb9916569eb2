import { isMember, isUnreadable } from '../accounts/membership.ts';
import { formatAccount, type RegisteredAccount } from '../platform/account.ts';
import { getTimestamp } from '../platform/clock.ts';
import type { ErrorRecord } from '../platform/errors.ts';
import { parseTaskError } from '../platform/lambda/task-error.ts';
import type { Measured } from '../platform/metrics.ts';
import { formatRemovalSummary, listWarnings, summarizeAccess } from '../reconcile/access-changes.ts';
import type { Verification } from '../reconcile/access-findings.ts';
import { type Affected, formatGroupedCauses } from '../reconcile/grouped-causes.ts';
import { formatRejections, formatResult } from '../reconcile/hold-text.ts';
import { listRejections } from '../reconcile/holds.ts';
import { hasWritten } from '../reconcile/outcome.ts';
import { withoutProof } from '../reconcile/readiness.ts';
import type { Services } from '../reconcile/services.ts';
import type { RejectedPrincipalHold, ResourceChange, RunRecord, Store } from '../store/ports.ts';
import { isUnannounced } from '../store/run-status.ts';
import { explainUnapproved } from './approval/expired-approval.ts';
import { readAccounts } from './read-accounts.ts';
import { announcePending, recordAndAnnounce } from './record/announce.ts';
import { measureRun } from './run-metrics.ts';

/**
 * How the registration of one account ended: with a revision of the registry, or with the error that the state machine
 * caught.
 */
export interface AccountOutcome {
  readonly accountId: string;
  readonly revision?: number | undefined;
  readonly error?: { readonly Error: string; readonly Cause?: string | undefined } | undefined;
}

export interface FinishStep {
  readonly runId: string;
  readonly startedAt: string;
  readonly mode: 'onboard' | 'sync';
  readonly accounts: readonly AccountOutcome[];
  readonly verification: Pick<Verification, 'missing' | 'readiness'>;
  /**
   * How the update of each central account ended. If an update has an error, the state machine has stopped repeating
   * it.
   */
  readonly updates: readonly UpdateOutcome[];
}

export interface UpdateOutcome {
  readonly centralAccount: string;
  readonly error?: { readonly Error: string; readonly Cause?: string | undefined } | undefined;
}

export interface FinishedRun extends Measured {
  readonly runId: string;
  readonly status: 'succeeded' | 'failed';
}

/** The last step of a run. It decides how the run ended, stores that in the record, and announces it. */
export async function finishRun(services: Services, step: FinishStep): Promise<FinishedRun> {
  const { store } = services;
  const { run: opened, changes } = await store.runs.getWhole(step.runId);
  const strangers = await nonMembers(services, step, changes);
  const unresolved = uniqueLines([
    // Searches that failed, from the record.
    ...(opened?.unresolved ?? []),
    ...step.accounts.flatMap(accountLine),
    ...(step.mode === 'onboard' ? strangers.map((line) => `AccountNotMemberError: ${line}`) : []),
    ...(await formatChanges(store, changes, () => opened?.accountIds ?? [])),
    // The update of a central account failed. If every resource has an outcome, the outcomes already name the cause.
    // Otherwise the error of the update is added.
    ...(changes.some(({ outcome }) => outcome === undefined) ? step.updates.flatMap(formatUpdate) : []),
    ...step.verification.missing,
  ]);
  const status = unresolved.length === 0 ? 'succeeded' : 'failed';
  const warnings = uniqueLines([...(opened?.warnings ?? []), ...listWarnings(changes)]);
  const readiness = getFinalReadiness(step.verification, status);
  const reason = unresolved.length === 0 ? (strangers[0] ?? summary(changes)) : unresolved[0];
  const finished: RunRecord = {
    runId: step.runId,
    status,
    startedAt: opened?.startedAt ?? step.startedAt,
    finishedAt: getTimestamp(services.clock),
    ...keepStart(opened),
    accountIds: opened?.accountIds ?? step.accounts.map(({ accountId }) => accountId),
    ...(reason === undefined ? {} : { reason }),
    ...(unresolved.length === 0 ? {} : { unresolved }),
    ...(warnings.length === 0 ? {} : { warnings }),
    ...summarizeAccess(changes),
    ...(readiness === undefined ? {} : { readiness }),
  };
  if (isNews(finished, changes)) await recordAndAnnounce(services, finished, opened);
  else await store.runs.put(finished);
  const metrics = measureRun({ ...opened, ...finished }, changes);
  return { runId: step.runId, status, metrics };
}

/** Keeps what the first step stored about the event: the cause and the time. */
const keepStart = (opened: RunRecord | undefined): Pick<RunRecord, 'cause' | 'eventTime'> => ({
  ...(opened?.cause === undefined ? {} : { cause: opened.cause }),
  ...(opened?.eventTime === undefined ? {} : { eventTime: opened.eventTime }),
});

/**
 * The readiness in the record. After a failed run nothing counts as proven, because the unfinished work may concern any
 * access.
 */
const getFinalReadiness = ({ readiness }: FinishStep['verification'], status: 'succeeded' | 'failed') =>
  status === 'failed'
    ? withoutProof(readiness, 'the run failed: its unresolved items may concern any access')
    : readiness;

/** Removes repeated lines. A step that is repeated finds the lines of its first attempt in the record. */
export const uniqueLines = (all: readonly string[]): readonly string[] => [...new Set(all)];
/**
 * Whether to announce the end of a run. Tags change often, so a run for a changed tag is announced only if it changed
 * something or failed.
 */
const isNews = ({ cause, status }: RunRecord, changes: readonly ResourceChange[]): boolean =>
  cause !== 'resource' || status === 'failed' || changes.some(hasWritten);

export interface FailedStep {
  readonly runId: string;
  readonly startedAt: string;
  readonly error: ErrorRecord;
}

/**
 * Ends a run that could not continue. If the run has already ended, its record stays, and only a pending announcement
 * is sent again.
 */
export async function failRun(
  services: Services,
  { runId, startedAt, error }: FailedStep,
): Promise<FinishedRun> {
  const { run: opened, changes } = await services.store.runs.getWhole(runId);
  if (opened?.status === 'succeeded' || opened?.status === 'failed') {
    if (isUnannounced(opened)) await announcePending(services, opened);
    return { runId, status: opened.status, metrics: [] };
  }
  const waited = opened?.status === 'waiting-for-approval';
  const ended = waited
    ? await explainUnapproved(services, runId, error)
    : { error, unresolved: [describeSkippedSteps(error)] };
  const failed: RunRecord = {
    runId,
    startedAt,
    accountIds: [],
    ...opened,
    status: 'failed',
    reason: ended.error.message,
    error: ended.error,
    unresolved: uniqueLines([
      ...ended.unresolved,
      ...(opened?.unresolved ?? []),
      ...(await formatChanges(services.store, changes, () => opened?.accountIds ?? [])),
    ]),
    ...summarizeAccess(changes),
    finishedAt: getTimestamp(services.clock),
  };
  await recordAndAnnounce(services, failed, opened);
  return { runId, status: 'failed', metrics: measureRun(failed, changes) };
}

const describeSkippedSteps = ({ name }: ErrorRecord): string =>
  `The run ended here with ${name}, and no later step was done. Correct the cause, then start the run again`;

async function nonMembers(
  { store }: Services,
  { accounts }: FinishStep,
  changes: readonly ResourceChange[],
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const { accountId, revision } of accounts) {
    const account = revision === undefined ? undefined : await store.registry.getAccount(accountId);
    if (account !== undefined && !isMember(account) && !isUnreadable(account))
      lines.push(
        `account ${formatAccount(account)} is ${account.state}; ${formatRemovalSummary(changes, accountId)}`,
      );
  }
  return lines;
}

const accountLine = ({ accountId, error }: AccountOutcome): readonly string[] =>
  error === undefined ? [] : [`Account ${accountId}: ${error.Error}: ${parseTaskError(error.Cause)}`];

/** One line if the update of a central account failed for good, otherwise none. */
export const formatUpdate = ({ centralAccount, error }: UpdateOutcome): readonly string[] =>
  error === undefined
    ? []
    : [`The ${centralAccount} account: ${error.Error}: ${parseTaskError(error.Cause)}`];
/**
 * What the run could not finish, one line for each cause.
 * @param ownOf returns the accounts whose rejection by AWS counts as unfinished work
 */
export async function formatChanges(
  { registry }: Pick<Store, 'registry'>,
  changes: readonly ResourceChange[],
  ownOf: (change: ResourceChange) => readonly string[],
): Promise<readonly string[]> {
  const all = changes.map((change) => ({ change, rejected: rejectedOf(change, ownOf(change)) }));
  const accounts = await readAccounts(
    registry,
    all.flatMap(({ rejected }) => rejected.map(({ accountId }) => accountId)),
  );
  return formatGroupedCauses(
    all.flatMap(({ change, rejected }) => unresolvedOf(change, { rejected, accounts })),
  );
}

/** Accounts of this run that AWS rejects as principals on a resource. */
const rejectedOf = ({ outcome, holds = [] }: ResourceChange, own: readonly string[]) =>
  outcome === 'held' ? listRejections(holds).filter(({ accountId }) => own.includes(accountId)) : [];

interface Rejected {
  readonly rejected: readonly RejectedPrincipalHold[];
  readonly accounts: readonly RegisteredAccount[];
}

function unresolvedOf(change: ResourceChange, { rejected, accounts }: Rejected): readonly Affected[] {
  const { resource, outcome, error } = change;
  const toAffected = (text: string): Affected => ({ resource, text });
  switch (outcome) {
    case 'written':
    case 'unchanged':
      return [];
    case 'held':
      return [
        ...(rejected.length === 0 ? [] : [toAffected(formatRejections(rejected, accounts))]),
        ...(error === undefined ? [] : [toAffected(`${formatErrorReason(change)}${errorText(error)}`)]),
      ];
    case undefined:
      return [{ ...toAffected(`not updated${errorText(error)}`), isUnexplained: error === undefined }];
    default:
      return [toAffected(`${outcome}${errorText(error)}`)];
  }
}

/** The reasons of holds in words. Rejected principals are not listed here, because they have a line of their own. */
const formatErrorReason = ({ holds = [] }: ResourceChange): string =>
  formatResult('held', { holds: holds.filter(({ reason }) => reason !== 'rejected-principal') });

const errorText = (error: ErrorRecord | undefined): string =>
  error === undefined ? '' : `: ${error.name}: ${error.message}`;

function summary(changes: readonly ResourceChange[]): string {
  const written = changes.filter(hasWritten).length;
  return written === 0
    ? `Nothing to do: ${changes.length} resources are up to date`
    : `${written} of ${changes.length} resources written`;
}
