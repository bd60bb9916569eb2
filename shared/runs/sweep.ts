import { checkEmptyOus } from '../accounts/empty-ous.ts';
import { firstCursor, type ImportCounts, type ImportCursor } from '../accounts/import-cursor.ts';
import { importSlice } from '../accounts/import-slice.ts';
import { usesTags } from '../accounts/selector.ts';
import { withNewOus } from '../accounts/stored-ous.ts';
import {
  getConfiguration,
  getStoredOus,
  parseStoredConfiguration,
} from '../configuration/active-configuration.ts';
import { getTimestamp } from '../platform/clock.ts';
import { parseTaskError } from '../platform/lambda/task-error.ts';
import { listWarnings, summarizeAccess } from '../reconcile/access-changes.ts';
import { listHeldAccounts } from '../reconcile/holds.ts';
import { hasWritten, toErrorOutcome } from '../reconcile/outcome.ts';
import type { Services } from '../reconcile/services.ts';
import { formatUnreadable } from '../reconcile/unreadable-items.ts';
import { listOuPaths } from '../reconcile/unresolved-ous.ts';
import type {
  Listed,
  MemberRoleCounts,
  Outcome,
  ResourceChange,
  RunRecord,
  Store,
  SweepCounts,
} from '../store/ports.ts';
import { driftStatuses } from '../store/run-ports.ts';
import { isUnannounced } from '../store/run-status.ts';
import { getActiveApproval } from './approval/active-approval.ts';
import { listPendingWithoutRequest } from './approval/expired-approval.ts';
import { type FinishedRun, formatChanges, formatUpdate, type UpdateOutcome, uniqueLines } from './finish.ts';
import { recordAndAnnounce } from './record/announce.ts';
import { measurePendingWork } from './record/pending-work.ts';
import { retryAnnouncements } from './record/retry-announcements.ts';
import { measureRun } from './run-metrics.ts';

const sweepCause = 'sweep';

/** How far the sweep's import of the organization has come. */
export interface ImportState {
  readonly status: 'more' | 'done';
  /** Where the next call of the function continues. Absent if the import is complete. */
  readonly cursor?: ImportCursor;
  readonly counts: ImportCounts;
}

export interface StartedSweep {
  readonly runId: string;
  readonly import: ImportState;
}

/** The first step of a sweep. It stores the record of the sweep. */
export async function startSweep(
  { store }: Services,
  { runId, startedAt }: { runId: string; startedAt: string },
): Promise<StartedSweep> {
  await store.runs.put({ runId, status: 'running', startedAt, accountIds: [], cause: sweepCause });
  return { runId, import: { status: 'more', cursor: firstCursor, counts: firstCursor.counts } };
}

/**
 * Imports the next part of the organization into the registry. Reading tags takes one call for each account. So tags of
 * accounts that the registry has are read only if the active configuration selects by tags.
 */
export async function importNextSlice(
  { store, hub, clock, random }: Services,
  { cursor }: { cursor: ImportCursor },
): Promise<ImportState> {
  const configuration = await getConfiguration(store);
  const selectors = [...configuration.grants, configuration.approval].flatMap((part) => part?.for ?? []);
  const tags = selectors.some(usesTags);
  const { registry } = store;
  const needsApproval = () => getActiveApproval(store);
  const access = { registry, organizations: hub.organizations, clock, random, tags, needsApproval };
  const slice = await importSlice(access, cursor);
  if (slice.cursor !== undefined) return { status: 'more', ...slice };
  await storeNewOus(store);
  const stored = await store.configuration.getActive();
  if (stored !== undefined) await checkEmptyOus(access, getStoredOus(stored));
  return { status: 'done', ...slice };
}

/**
 * Stores new OUs at the paths of the configuration. If somebody renames such an OU later, its accounts keep their
 * access.
 */
async function storeNewOus({ configuration, registry }: Store): Promise<void> {
  const stored = await configuration.getActive();
  if (stored === undefined) return;
  const storedOus = getStoredOus(stored);
  const ous = withNewOus(
    storedOus,
    listOuPaths(parseStoredConfiguration(stored)),
    await registry.listAccounts(),
  );
  if (ous !== storedOus) await configuration.putOus(ous, stored);
}

export interface FinishSweepStep {
  readonly runId: string;
  readonly startedAt: string;
  readonly import: { readonly counts: ImportCounts };
  /**
   * How the update of each central account ended. If an update has an error, the state machine has stopped repeating
   * it.
   */
  readonly updates: readonly UpdateOutcome[];
  /** How the check of member roles ended: with its counts, or with an error. */
  readonly memberRoles: {
    readonly counts?: MemberRoleCounts | undefined;
    readonly error?: UpdateOutcome['error'];
  };
}

/**
 * The last step of a sweep. First it closes runs whose executions ended without storing an end, because the sweep has
 * done their work. Then it stores its own result and sends missing announcements. It does not announce a sweep that had
 * nothing to do.
 */
export async function finishSweep(services: Services, step: FinishSweepStep): Promise<FinishedRun> {
  const { store, clock } = services;
  const { runId } = step;
  const { run: opened, changes } = await store.runs.getWhole(runId);
  const waiting = await listPendingWithoutRequest(store, clock.now());
  const open = await openTooLong(services, runId);
  const unreadable = open.unreadable.map(formatUnreadable);
  const unresolved = uniqueLines([
    ...(opened?.unresolved ?? []),
    ...(await unresolvedOf(store, changes, step)),
    ...formatMemberCheckError(step.memberRoles),
    ...waiting,
    ...unreadable,
  ]);
  const status = unresolved.length === 0 ? 'succeeded' : 'failed';
  const startedAt = opened?.startedAt ?? step.startedAt;
  await closeUnfinished(services, open.items, { runId, unresolved });
  const closedRuns = open.items.length;
  const counts = {
    ...step.import.counts,
    ...resourceCounts(changes),
    closedRuns,
    drift: driftCounts(changes),
    ...memberCounts(step.memberRoles),
  };
  const finished: RunRecord = {
    runId,
    status,
    startedAt,
    finishedAt: getTimestamp(clock),
    cause: sweepCause,
    accountIds: [],
    reason: unresolved[0] ?? summary(counts),
    ...(unresolved.length === 0 ? {} : { unresolved }),
    ...warningsOf(opened, changes),
    counts,
    ...summarizeAccess(changes),
  };
  const isPending = opened !== undefined && isUnannounced(opened);
  if (unresolved.length > 0 || changedSomething(counts) || isPending)
    await recordAndAnnounce(services, finished, opened);
  else await store.runs.put(finished);
  await retryAnnouncements(services);
  return {
    runId,
    status,
    metrics: [...measureRun(finished, changes), ...(await measurePendingWork(services))],
  };
}

const memberCounts = ({ counts }: FinishSweepStep['memberRoles']): Pick<SweepCounts, 'memberRoles'> =>
  counts === undefined || counts.accounts === 0 ? {} : { memberRoles: counts };

const formatMemberCheckError = ({ error }: FinishSweepStep['memberRoles']): readonly string[] =>
  error === undefined
    ? []
    : [
        `The check of member roles did not end: ${error.Error}: ${parseTaskError(error.Cause)}. The next sweep checks them again`,
      ];

/**
 * What the sweep could not finish, including all rejected principals. If every resource has an outcome, the outcomes
 * already name the causes. Otherwise the errors of the updates are added.
 */
const unresolvedOf = async (
  store: Store,
  changes: readonly ResourceChange[],
  { updates }: FinishSweepStep,
): Promise<readonly string[]> => [
  ...(await formatChanges(store, changes, ({ holds = [] }) => listHeldAccounts(holds, 'rejected-principal'))),
  ...(changes.some(({ outcome }) => outcome === undefined) ? updates.flatMap(formatUpdate) : []),
];

/**
 * A run without an end counts as dead after this time, in milliseconds. The time begins with the run, or with the end
 * of its wait for approval. A test checks that it is longer than `TimeoutSeconds` of the state machine without the
 * longest wait. If such a run ends after all, its own end replaces the one that the sweep has stored.
 */
export const executionsEndWithin = 5 * 60 * 60 * 1_000;

const isOver = ({ startedAt, waitingUntil = startedAt }: RunRecord, now: number): boolean =>
  Math.max(Date.parse(startedAt), Date.parse(waitingUntil)) < now - executionsEndWithin;

/** Runs that must be dead by now, except for this sweep, and records that are malformed. */
async function openTooLong({ store, clock }: Services, sweepId: string): Promise<Listed<RunRecord>> {
  const now = clock.now();
  const { items, unreadable } = await store.runs.listUnfinished(
    new Date(now - executionsEndWithin).toISOString(),
  );
  return { items: items.filter((run) => run.runId !== sweepId && isOver(run, now)), unreadable };
}

async function closeUnfinished(
  { store, clock, logger }: Services,
  unfinished: readonly RunRecord[],
  sweep: { readonly runId: string; readonly unresolved: readonly string[] },
): Promise<void> {
  for (const run of unfinished) {
    logger.warn('An execution ended without recording the end of its run', { runId: run.runId });
    await store.runs.put({ ...run, ...superseded(sweep), finishedAt: getTimestamp(clock) });
  }
}

const superseded = ({
  runId,
  unresolved,
}: {
  readonly runId: string;
  readonly unresolved: readonly string[];
}) => ({
  status: 'failed' as const,
  reason:
    `Superseded by the sweep ${runId}: the execution ended without recording how, and the sweep has since brought ` +
    `${unresolved.length === 0 ? 'every resource' : 'every resource that is not listed as unresolved'} to the state of the registry`,
  ...(unresolved.length === 0 ? {} : { unresolved }),
});

/** The counter that a sweep increases for each outcome. A resource that no step reached counts as failed. */
const countedAs: Readonly<Record<Outcome, keyof SweepCounts>> = {
  unchanged: 'equal',
  written: 'written',
  held: 'held',
  conflict: 'conflict',
  refused: 'refused',
  busy: 'failed',
  failed: 'failed',
};

type ResourceCounts = Pick<SweepCounts, 'equal' | 'written' | 'held' | 'conflict' | 'refused' | 'failed'>;

function resourceCounts(changes: readonly ResourceChange[]): ResourceCounts {
  const counted = changes.map(
    ({ outcome, error }) => countedAs[outcome ?? (error === undefined ? 'failed' : toErrorOutcome(error))],
  );
  const count = (as: keyof SweepCounts): number => counted.filter((each) => each === as).length;
  return {
    equal: count('equal'),
    written: count('written'),
    held: count('held'),
    conflict: count('conflict'),
    refused: count('refused'),
    failed: count('failed'),
  };
}

const driftCounts = (changes: readonly ResourceChange[]): SweepCounts['drift'] =>
  Object.fromEntries(
    driftStatuses
      .map((status) => [status, changes.filter(({ drift }) => drift === status).length] as const)
      .filter(([, count]) => count > 0),
  );

/**
 * What a sweep warns about. External changes of managed statements are a warning, even if this sweep has restored the
 * statements. Only conflicts are unfinished work.
 */
function warningsOf(
  opened: RunRecord | undefined,
  changes: readonly ResourceChange[],
): Pick<RunRecord, 'warnings'> {
  const restored = changes.filter((change) => change.drift === 'managed-drift' && hasWritten(change));
  const warnings = [
    ...(opened?.warnings ?? []),
    ...listWarnings(changes),
    ...restored.map(
      ({ resource }) =>
        `${resource}: managed statements were changed externally, and this sweep restored them`,
    ),
  ];
  return warnings.length === 0 ? {} : { warnings: uniqueLines(warnings) };
}

const changedSomething = ({ changed, written, closedRuns }: SweepCounts): boolean =>
  changed + written + closedRuns > 0;

const summary = ({ accounts, changed, written, equal, closedRuns, memberRoles }: SweepCounts): string =>
  `${accounts} accounts, ${changed} changed; ${written} resources written, ${equal} up to date` +
  (memberRoles === undefined ? '' : `; member roles of ${memberRoles.accounts} accounts checked`) +
  (closedRuns === 0 ? '' : `; ${closedRuns} runs without a recorded end were closed`);
