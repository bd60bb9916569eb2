import pMap from 'p-map';
import { requireReady } from '../accounts/registry.ts';
import { readRegistry, readRegistryAgain } from '../accounts/registry-snapshot.ts';
import {
  type ActiveConfiguration,
  getActivationId,
  getActiveConfiguration,
  getConfiguration,
} from '../configuration/active-configuration.ts';
import { defaultApprovalHours } from '../configuration/schema.ts';
import type { RegisteredAccount } from '../platform/account.ts';
import { getTimestamp } from '../platform/clock.ts';
import { findAccountWarnings } from '../reconcile/account-warnings.ts';
import { toAccessChanges, toRecordedHolds } from '../reconcile/change-record.ts';
import type { DesiredResource } from '../reconcile/desired-resource.ts';
import { getCentralAccountName, listGrantNames } from '../reconcile/desired-resources.ts';
import { formatSearchProblems, isEventOfKind, type ResourcePlace } from '../reconcile/discover-resources.ts';
import { getDriftStatus } from '../reconcile/drift.ts';
import { listHeldAccounts } from '../reconcile/holds.ts';
import { getGeneration, hasNewGrace, isUpToDate, needsReconcileAnyway } from '../reconcile/is-up-to-date.ts';
import type { ResourcePlan } from '../reconcile/plan-types.ts';
import {
  listReadWarnings,
  type ReadResource,
  readAndPlan,
  readState,
  toJsonDocuments,
  toNextDocuments,
} from '../reconcile/read-and-plan.ts';
import { isPendingApproval } from '../reconcile/required-approval.ts';
import type { Services } from '../reconcile/services.ts';
import { describeUnreadableAccounts } from '../reconcile/unreadable-items.ts';
import type { ResourceChange, ResourceState, RunRecord, StateReading } from '../store/ports.ts';
import { type CentralUpdate, failIfNotDeployed, listCentralUpdates } from './central-updates.ts';
import type { AccountOutcome } from './finish.ts';
import { listResources } from './list-resources.ts';
import { runSearches } from './plan-searches.ts';
import { resumeRun } from './resume-run.ts';
import { noteUnresolvedPaths } from './unresolved-paths.ts';

export interface PlanStep {
  readonly runId: string;
  readonly cause: string;
  /** How the registration of each account ended. Without a revision, it failed. Empty for a sweep. */
  readonly accounts: readonly AccountOutcome[];
  /** Where an event has created or tagged a resource. Null or absent if the run has another cause. */
  readonly place?: ResourcePlace | null;
}

export interface PlannedRun {
  /** The registry revision that every write must include. 0 if no account could be registered. */
  readonly revision: number;
  readonly resources: number;
  readonly changes: number;
  /** The central accounts in which the run has something to do, each once, in the order of the configuration. */
  readonly centralAccounts: readonly CentralUpdate[];
  /** Whether an account of the run waits for approval. */
  readonly approval: 'required' | 'none';
  /** How long the run waits for approval, in seconds. */
  readonly approvalSeconds: number;
}

/** How many resources are read at a time. */
const concurrency = 8;

/**
 * Runs the searches that are due, and stores what the run has to do with each resource. It writes nothing to AWS. A
 * resource that is up to date by the table is finished. All others are read and written by the update step, under their
 * leases. This step reads resources itself only in a sweep, in a run that an operator started, and around an event
 * about a resource. Then it stores their present and desired state. If a resource cannot be planned, the reason is
 * stored, and the update step reports it.
 */
export async function planRun(services: Services, step: PlanStep): Promise<PlannedRun> {
  const { runId, cause, accounts, place = null } = step;
  const { registry } = services.store;
  const sweep = cause === 'sweep';
  const revision = await revisionFor(services, step);
  if (revision === 0) return { revision, resources: 0, changes: 0, centralAccounts: [], ...nobodyWaits };
  await requireReady(registry);
  const { run, done, changedAccounts } = await resumeRun(services.store, runId);
  const looked = await runSearches(services, step);
  const active = looked.active ?? (await getActiveConfiguration(services.store));
  const readAll = sweep || cause === 'manual';
  const { accounts: registered } = await (readAll ? readRegistryAgain : readRegistry)(registry);
  await note(services, runId, {
    unresolved: [...formatSearchProblems(looked), ...describeUnreadableAccounts(registered)],
    warnings: [...looked.warnings, ...findAccountWarnings(active, registered)],
    before: run,
  });
  const accountIds = sweep ? [] : accounts.map(({ accountId }) => accountId);
  const plan = { runId, revision, active, registered, accountIds, readAll, sweep, place, done };
  const resources = await listResources(services.store, plan, changedAccounts);
  const changes = await planResources(services, plan, resources);
  await noteUnresolvedPaths(services, plan, { active, accounts: registered, planned: changes });
  const open = changes.filter(({ isKept, outcome }) => !isKept && outcome === undefined);
  return {
    revision,
    resources: changes.length,
    changes: changes.filter(({ planned }) => planned !== 'none').length,
    centralAccounts: listCentralUpdates(services, active.configuration, open),
    ...approvalFor(active, registered, accounts),
  };
}

async function planResources(services: Services, plan: RunPlan, resources: readonly DesiredResource[]) {
  const unread = resources.filter((desired) => !isRead(plan, desired)).map(({ key }) => key);
  const known = await services.store.resources.getMany(unread);
  const planned = await pMap(
    resources,
    async (desired) => {
      // The state is read just before the resource. Otherwise another run's write would look like an external change.
      const reading = known.get(desired.key) ?? (await readState(services, desired));
      const { unresolved, ...change } = await planOne(services, plan, desired, reading);
      const isKept = change.planned === 'none' && plan.done.has(desired.key);
      return { change, noted: { ...change, isKept, desired, plan: { unresolved } } };
    },
    { concurrency },
  );
  const due = planned.flatMap(({ change, noted }) => (noted.isKept ? [] : [change]));
  await services.store.runs.putChanges(plan.runId, due);
  return planned.map(({ noted }) => noted);
}

/** The registry revision that every write must include. For a run for all accounts, the latest revision. */
async function revisionFor(
  { store }: Services,
  { cause, accounts, place = null }: PlanStep,
): Promise<number> {
  // If the configuration cannot be read, no account could be registered. Then the error about the configuration is the
  // run's error.
  if (accounts.some(({ error }) => error?.Error === 'ConfigurationError')) await getConfiguration(store);
  if (cause === 'sweep' || place !== null) return (await store.registry.getHead()).revision;
  return Math.max(0, ...accounts.flatMap((account) => account.revision ?? []));
}

interface Noteworthy {
  readonly unresolved: readonly string[];
  readonly warnings: readonly string[];
  /** The record of the run as it was before this step. */
  readonly before: RunRecord | undefined;
}

/** Stores lines in the record of the run. They replace the lines of an earlier attempt of this step. */
async function note(
  { store: { runs } }: Services,
  runId: string,
  { unresolved, warnings, before }: Noteworthy,
): Promise<void> {
  const noted = [unresolved, warnings, before?.unresolved ?? [], before?.warnings ?? []];
  if (noted.every((each) => each.length === 0)) return;
  const run = await runs.get(runId);
  if (run?.status !== 'running') return;
  const { unresolved: _, warnings: __, ...bare } = run;
  await runs.put({
    ...bare,
    ...(unresolved.length === 0 ? {} : { unresolved }),
    ...(warnings.length === 0 ? {} : { warnings }),
  });
}

const nobodyWaits = { approval: 'none', approvalSeconds: defaultApprovalHours * 3_600 } as const;

/**
 * Whether the run waits for approval. It does if the registry says that one of its accounts waits, even if the
 * configuration requires no approval any more.
 */
function approvalFor(
  { configuration }: ActiveConfiguration,
  registered: readonly RegisteredAccount[],
  accounts: PlanStep['accounts'],
): Pick<PlannedRun, 'approval' | 'approvalSeconds'> {
  const own = new Set(accounts.map(({ accountId }) => accountId));
  if (!registered.some((account) => own.has(account.id) && isPendingApproval(account))) return nobodyWaits;
  const hours = configuration.approval?.timeLimitHours ?? defaultApprovalHours;
  return { approval: 'required', approvalSeconds: hours * 3_600 };
}

interface RunPlan {
  readonly runId: string;
  readonly revision: number;
  readonly active: ActiveConfiguration;
  readonly registered: readonly RegisteredAccount[];
  /** The accounts of the run. Empty if the run is for all accounts. */
  readonly accountIds: readonly string[];
  /**
   * Whether to read every resource. A run that an operator started does not rely on the table, because somebody may
   * have changed AWS.
   */
  readonly readAll: boolean;
  readonly sweep: boolean;
  readonly place: ResourcePlace | null;
  /** The resources that the run wrote before it waited for approval. */
  readonly done: ReadonlySet<string>;
}

/**
 * Whether the resource must be read. After an event in its account and region, it may be a new resource with an old
 * name, which the table does not show.
 */
const isRead = ({ readAll, done, place }: RunPlan, { key, ref, shares }: DesiredResource): boolean =>
  readAll ||
  done.has(key) ||
  shares.some(({ unresolved = [] }) => unresolved.length > 0) ||
  (place !== null &&
    place.accountId === ref.accountId &&
    place.region === ref.region &&
    isEventOfKind(ref.kind, place));

/** A planned change, and the accounts for which it is unknown whether a grant selects them. */
type Planned<Change> = Change & Pick<ResourcePlan, 'unresolved'>;

async function planOne(
  services: Services,
  plan: RunPlan,
  desired: DesiredResource,
  { state, error }: StateReading,
): Promise<Planned<ResourceChange>> {
  const centralAccount = getCentralAccountName(desired, plan.active.configuration);
  const change = { resource: desired.key, ...(centralAccount === undefined ? {} : { centralAccount }) };
  const failed = failIfNotDeployed(services, centralAccount, desired);
  if (failed !== undefined) return { ...change, ...failed };
  // A malformed item stops only the work on its own resource. The update step reports the error.
  if (error !== undefined) return { ...change, plannedGeneration: 0, error };
  const planned = await planRemembered(services, plan, desired, state);
  const whole = { ...change, plannedGeneration: getGeneration(state), ...planned };
  if (!isAsLeft(plan, desired, state, whole)) return whole;
  return { ...whole, outcome: 'unchanged', finishedAt: getTimestamp(services.clock) };
}

/** Whether the update step has nothing to do: by the table, the resource is up to date for these accounts. */
const isAsLeft = (
  { revision, accountIds, active }: RunPlan,
  desired: DesiredResource,
  state: ResourceState | undefined,
  change: ResourceChange,
): boolean =>
  change.planned === 'none' &&
  !needsReconcileAnyway(change) &&
  !hasNewGrace(change, state) &&
  isUpToDate(state, {
    revision,
    accountIds,
    activationId: getActivationId(active),
    grants: listGrantNames(desired),
  });

async function planRemembered(
  services: Services,
  plan: RunPlan,
  desired: DesiredResource,
  state: ResourceState | undefined,
): Promise<Planned<Omit<ResourceChange, 'resource'>>> {
  const { active, registered, runId, sweep, revision, accountIds } = plan;
  const settled = {
    revision,
    accountIds,
    activationId: getActivationId(active),
    grants: listGrantNames(desired),
  };
  // Not read here: the update step reads the resource under its lease.
  if (!isRead(plan, desired)) return isUpToDate(state, settled) ? { planned: 'none' } : {};
  const madeAt = getTimestamp(services.clock);
  const seen = await readAndPlan(services, { runId, active, accounts: registered, madeAt }, desired, state);
  const found = {
    ...(sweep ? { drift: getDriftStatus(seen, plan) } : {}),
    ...listReadWarnings(seen, active),
  };
  const { plan: planned, error, unresolved } = seen;
  const why = { ...(error && { error }), ...(unresolved && { unresolved }) };
  if (planned !== undefined)
    return {
      ...found,
      plannedAt: madeAt,
      ...whatIsPlanned(seen, planned, plan),
      ...why,
    };
  // A resource that a pattern found was deleted. That is no error. The update step removes it from the inventory.
  if (error?.name === 'ResourceMissingError' && !desired.named)
    return { planned: (state?.managed.sids.length ?? 0) > 0 ? 'change' : 'none' };
  return { ...found, ...why };
}

function whatIsPlanned(
  { desired, actual = {} }: ReadResource,
  planned: ResourcePlan,
  { sweep, active }: RunPlan,
): Omit<ResourceChange, 'resource'> {
  const { changed, holds, size, limit, unit } = planned;
  const isBlocked = listHeldAccounts(holds, 'removal-limit').length > 0;
  const noteworthy = { size, limit, unit, ...toRecordedHolds(holds, active.configuration) };
  // In a sweep, blocked removals count as a change even if nothing is written, so that each sweep reports them again.
  if (sweep && !changed && !isBlocked) return { ...noteworthy, planned: 'none' };
  return {
    ...noteworthy,
    planned: changed || isBlocked ? 'change' : 'none',
    ...toAccessChanges(planned),
    before: toJsonDocuments(actual),
    after: toJsonDocuments(toNextDocuments(desired, planned)),
  };
}
