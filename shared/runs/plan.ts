import pMap from 'p-map';
import { requireReady } from '../accounts/registry.ts';
import {
  type ActiveConfiguration,
  getActivationId,
  getActiveConfiguration,
  getConfiguration,
  getSearchScope,
} from '../configuration/active-configuration.ts';
import { defaultApprovalHours } from '../configuration/schema.ts';
import type { RegisteredAccount } from '../platform/account.ts';
import { getTimestamp } from '../platform/clock.ts';
import { findAccountWarnings } from '../reconcile/account-warnings.ts';
import { toAccessChanges, toRecordedHolds } from '../reconcile/change-record.ts';
import type { DesiredResource } from '../reconcile/desired-resource.ts';
import {
  getCentralAccountName,
  listActiveResources,
  listGrantNames,
} from '../reconcile/desired-resources.ts';
import {
  type DiscoveryResult,
  discoverResources,
  formatSearchProblems,
  isEventOfKind,
  type ResourcePlace,
} from '../reconcile/discover-resources.ts';
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
import { isUnderBurst } from '../reconcile/write-batching.ts';
import type { ResourceChange, ResourceState, RunRecord } from '../store/ports.ts';
import { type CentralUpdate, failIfNotDeployed, listCentralUpdates } from './central-updates.ts';
import type { AccountOutcome } from './finish.ts';
import { resumeRun } from './resume-run.ts';
import { noteUnresolvedPaths } from './unresolved-paths.ts';

export interface PlanStep {
  readonly runId: string;
  readonly cause: string;
  /** What registering each account gave: those without a revision failed. A sweep has none: it is for all. */
  readonly accounts: readonly AccountOutcome[];
  /** Where a resource was made or tagged; null or absent for every other cause. */
  readonly place?: ResourcePlace | null;
}

export interface PlannedRun {
  /** The revision that every resource must be written from at least; 0 where no account was registered. */
  readonly revision: number;
  readonly resources: number;
  readonly changes: number;
  /** Central accounts with a resource that the update has to look at, each once, in the order of the configuration. */
  readonly centralAccounts: readonly CentralUpdate[];
  /** Whether an account of the run waits for approval. */
  readonly approval: 'required' | 'none';
  /** How long the run waits for that. */
  readonly approvalSeconds: number;
}

/** How many resources are read at a time. */
const concurrency = 8;

/**
 * Makes the searches that are due, reads every resource that may have to change, and keeps what is there and what should be.
 * Nothing is written to AWS. A resource that is as it was left is done with that. A resource that cannot be planned keeps the
 * reason; the update meets it again.
 */
export async function planRun(services: Services, step: PlanStep): Promise<PlannedRun> {
  const { runId, cause, accounts, place = null } = step;
  const { registry } = services.store;
  const sweep = cause === 'sweep';
  const revision = await revisionFor(services, step);
  if (revision === 0) return { revision, resources: 0, changes: 0, centralAccounts: [], ...nobodyWaits };
  await requireReady(registry);
  const { run, done } = await resumeRun(services.store, runId);
  const looked = await look(services, step);
  const active = await getActiveConfiguration(services.store);
  const registered = await registry.listAccounts();
  await note(services, runId, {
    unresolved: [...formatSearchProblems(looked), ...describeUnreadableAccounts(registered)],
    warnings: [...looked.warnings, ...findAccountWarnings(active, registered)],
    before: run,
  });
  const accountIds = sweep ? [] : accounts.map(({ accountId }) => accountId);
  const readAll = sweep || cause === 'manual';
  const plan = { runId, revision, active, registered, accountIds, readAll, sweep, place };
  const changes = await pMap(
    // The inventory after the configuration: then it has every resource that a run has written by an older one.
    listActiveResources(active, registered, await services.store.resources.listManaged()),
    async (desired) => {
      const again = done.has(desired.key);
      const { unresolved, ...change } = await planOne(
        services,
        again ? { ...plan, readAll: true } : plan,
        desired,
      );
      const isKept = change.planned === 'none' && again;
      if (!isKept) await services.store.runs.putChange(runId, change);
      return { ...change, isKept, desired, plan: { unresolved } };
    },
    { concurrency },
  );
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

/** The revision that every resource must be written from at least. What is for all accounts has the registry's own. */
async function revisionFor(
  { store }: Services,
  { cause, accounts, place = null }: PlanStep,
): Promise<number> {
  // A configuration that cannot be read keeps every account from being registered; that is the run's own error.
  if (accounts.some(({ error }) => error?.Error === 'ConfigurationError')) await getConfiguration(store);
  if (cause === 'sweep' || place !== null) return (await store.registry.getHead()).revision;
  return Math.max(0, ...accounts.flatMap((account) => account.revision ?? []));
}

/** Looks for resources before anything is planned. */
async function look(services: Services, { runId, cause, place }: PlanStep): Promise<DiscoveryResult> {
  const scope = await getSearchScope(services.store);
  const everywhere = cause === 'sweep' || cause === 'manual';
  const where = everywhere ? 'everywhere' : (place ?? 'new');
  return discoverResources(services, { runId, scope, where, keep: true });
}

interface Noteworthy {
  readonly unresolved: readonly string[];
  readonly warnings: readonly string[];
  /** The record as the run found it. */
  readonly before: RunRecord | undefined;
}

/** Keeps what is noteworthy on the run's record, in place of what an earlier attempt has noted. */
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

/** An account waits by the registry, also where the configuration has ceased to ask since it was registered. */
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
  /** Those that the run is for; none where it is for all. */
  readonly accountIds: readonly string[];
  /** Somebody who starts a run by hand wants to know how things are, not how they were left. */
  readonly readAll: boolean;
  readonly sweep: boolean;
  readonly place: ResourcePlace | null;
}

/** A resource at the place may have been deleted and made anew, which nobody has remembered. */
const isRead = ({ readAll, place }: RunPlan, { ref }: DesiredResource): boolean =>
  readAll ||
  (place !== null &&
    place.accountId === ref.accountId &&
    place.region === ref.region &&
    isEventOfKind(ref.kind, place));

/** What is planned, and which accounts only unresolved paths select. */
type Planned<Change> = Change & Pick<ResourcePlan, 'unresolved'>;

async function planOne(
  services: Services,
  plan: RunPlan,
  desired: DesiredResource,
): Promise<Planned<ResourceChange>> {
  const centralAccount = getCentralAccountName(desired, plan.active.configuration);
  const change = { resource: desired.key, ...(centralAccount === undefined ? {} : { centralAccount }) };
  const failed = failIfNotDeployed(services, centralAccount, desired);
  if (failed !== undefined) return { ...change, ...failed };
  const { state, error } = await readState(services, desired);
  // What is remembered of one resource keeps no other from being planned; the update meets it again.
  if (error !== undefined) return { ...change, plannedGeneration: 0, error };
  const planned = await planRemembered(services, plan, desired, state);
  const whole = { ...change, plannedGeneration: getGeneration(state), ...planned };
  if (!isAsLeft(plan, desired, state, whole)) return whole;
  return { ...whole, outcome: 'unchanged', finishedAt: getTimestamp(services.clock) };
}

/** Whether the update would do nothing: the resource was left for these accounts and is as it was left, as far as known. */
const isAsLeft = (
  { revision, accountIds, active }: RunPlan,
  desired: DesiredResource,
  state: ResourceState | undefined,
  change: ResourceChange,
): boolean =>
  change.planned === 'none' &&
  !needsReconcileAnyway(change) &&
  !hasNewGrace(change, state) &&
  isUpToDate(state, { revision, accountIds, hash: getActivationId(active), grants: listGrantNames(desired) });

async function planRemembered(
  services: Services,
  plan: RunPlan,
  desired: DesiredResource,
  state: ResourceState | undefined,
): Promise<Planned<Omit<ResourceChange, 'resource'>>> {
  const { active, registered, runId, sweep, revision, accountIds } = plan;
  const settled = { revision, accountIds, hash: getActivationId(active), grants: listGrantNames(desired) };
  if (!isRead(plan, desired) && isUpToDate(state, settled)) return { planned: 'none' };
  // The update reads it in any case, once the burst is written or by itself.
  if (!isRead(plan, desired) && isUnderBurst(state, services.clock.now())) return {};
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
  // A resource that no grant names may be deleted. Then the update removes it from the inventory.
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
  // Removals that wait for an operator are a difference, which each sweep reports again.
  if (sweep && !changed && !isBlocked) return { ...noteworthy, planned: 'none' };
  return {
    ...noteworthy,
    planned: changed || isBlocked ? 'change' : 'none',
    ...toAccessChanges(planned),
    before: toJsonDocuments(actual),
    after: toJsonDocuments(toNextDocuments(desired, planned)),
  };
}
