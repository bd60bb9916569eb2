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
import { getCentralAccountName, listGrantNames } from '../reconcile/desired-resources.ts';
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
import { listResources } from './list-resources.ts';
import { resumeRun } from './resume-run.ts';
import { noteUnresolvedPaths } from './unresolved-paths.ts';

export interface PlanStep {
  readonly runId: string;
  readonly cause: string;
  /** The result of registering each account: without a revision it failed. A sweep has none: it is for all accounts. */
  readonly accounts: readonly AccountOutcome[];
  /** The account and region of a created or tagged resource. Null or absent for every other cause. */
  readonly place?: ResourcePlace | null;
}

export interface PlannedRun {
  /** The least revision from which every resource must be written. 0 if no account was registered. */
  readonly revision: number;
  readonly resources: number;
  readonly changes: number;
  /** Central accounts with work for the update, each once, in the order of the configuration. */
  readonly centralAccounts: readonly CentralUpdate[];
  /** Whether an account of the run waits for approval. */
  readonly approval: 'required' | 'none';
  /** How long the run waits for approval. */
  readonly approvalSeconds: number;
}

/** How many resources are read at a time. */
const concurrency = 8;

/**
 * Runs the due searches, reads every resource that may have to change, and stores its present and desired state.
 * Nothing is written to AWS. A resource that is up to date needs no more work. If a resource cannot be planned, the
 * reason is stored, and the update meets it again.
 */
export async function planRun(services: Services, step: PlanStep): Promise<PlannedRun> {
  const { runId, cause, accounts, place = null } = step;
  const { registry } = services.store;
  const sweep = cause === 'sweep';
  const revision = await revisionFor(services, step);
  if (revision === 0) return { revision, resources: 0, changes: 0, centralAccounts: [], ...nobodyWaits };
  await requireReady(registry);
  const { run, done, changedAccounts } = await resumeRun(services.store, runId);
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
  const resources = await listResources(services.store, plan, changedAccounts);
  const changes = await pMap(
    resources,
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

/** The least revision from which every resource must be written. A run for all accounts uses the registry's own. */
async function revisionFor(
  { store }: Services,
  { cause, accounts, place = null }: PlanStep,
): Promise<number> {
  // If the configuration cannot be read, no account can be registered. It is the run's own error.
  if (accounts.some(({ error }) => error?.Error === 'ConfigurationError')) await getConfiguration(store);
  if (cause === 'sweep' || place !== null) return (await store.registry.getHead()).revision;
  return Math.max(0, ...accounts.flatMap((account) => account.revision ?? []));
}

/** Searches for resources before anything is planned. */
async function look(services: Services, { runId, cause, place }: PlanStep): Promise<DiscoveryResult> {
  const scope = await getSearchScope(services.store);
  const everywhere = cause === 'sweep' || cause === 'manual';
  const where = everywhere ? 'everywhere' : (place ?? 'new');
  return discoverResources(services, { runId, scope, where, keep: true });
}

interface Noteworthy {
  readonly unresolved: readonly string[];
  readonly warnings: readonly string[];
  /** The record at the start of the run. */
  readonly before: RunRecord | undefined;
}

/** Stores the notes on the run's record, in place of the notes of an earlier attempt. */
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

/** The registry decides whether an account waits, even if the configuration requires no approval any longer. */
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
  /** The accounts of the run. Empty if it is for all accounts. */
  readonly accountIds: readonly string[];
  /** An operator who starts a run by hand wants the present state, not the stored one. */
  readonly readAll: boolean;
  readonly sweep: boolean;
  readonly place: ResourcePlace | null;
}

/** A resource in the account and region may have been deleted and created again, which the table does not show. */
const isRead = ({ readAll, place }: RunPlan, { ref }: DesiredResource): boolean =>
  readAll ||
  (place !== null &&
    place.accountId === ref.accountId &&
    place.region === ref.region &&
    isEventOfKind(ref.kind, place));

/** The planned resources, and the accounts that only unresolved paths select. */
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
  // An unreadable item of one resource stops no other resource. The update meets the error again.
  if (error !== undefined) return { ...change, plannedGeneration: 0, error };
  const planned = await planRemembered(services, plan, desired, state);
  const whole = { ...change, plannedGeneration: getGeneration(state), ...planned };
  if (!isAsLeft(plan, desired, state, whole)) return whole;
  return { ...whole, outcome: 'unchanged', finishedAt: getTimestamp(services.clock) };
}

/**
 * Whether the update would do nothing: the resource was written for these accounts and is unchanged since, as far as
 * known.
 */
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
  if (!isRead(plan, desired) && isUpToDate(state, settled)) return { planned: 'none' };
  // The update reads it in any case, after the burst or by itself.
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
