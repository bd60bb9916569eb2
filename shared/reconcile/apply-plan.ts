import pMap from 'p-map';
import * as z from 'zod';
import { getActivationId } from '../configuration/active-configuration.ts';
import { getTimestamp } from '../platform/clock.ts';
import type { ResourceChange, RunRecord, Store, StoredConfiguration } from '../store/ports.ts';
import { listWarnings, summarizeAccess } from './access-changes.ts';
import { computeShownDigest } from './assert-plan-shown.ts';
import { toAccessChanges, toRecordedHolds } from './change-record.ts';
import { formatSearchProblems } from './discover-resources.ts';
import { StalePlanError } from './errors.ts';
import { type Affected, formatGroupedCauses } from './grouped-causes.ts';
import { formatRejections, formatResult } from './hold-text.ts';
import { listRejections } from './holds.ts';
import { getGeneration } from './is-up-to-date.ts';
import { type LeaseHolder, type LeaseWait, leaseDuration } from './lease.ts';
import { hasWritten, toErrorOutcome } from './outcome.ts';
import type { OverallPlan, ResourceSnapshot } from './plan-all.ts';
import { listReadWarnings, toJsonDocuments, toNextDocuments } from './read-and-plan.ts';
import { reconcileResource } from './reconcile.ts';
import type { Services } from './services.ts';

/** A run that holds the lease of a resource in this plan, so that the command has to wait for it. */
export interface HeldByRun extends LeaseHolder {
  /** `user@host` of the operator who started the run. Absent if an event or a schedule started it. */
  readonly startedBy?: string;
  /** Keys of the resources of this plan whose leases the run holds. */
  readonly resources: readonly string[];
}

export interface ApplyPlanRequest {
  readonly runId: string;
  readonly plan: OverallPlan;
  /** `user@host` of the operator who applies the plan. Other operators see it while they wait for this run. */
  readonly startedBy?: string;
  readonly onProgress?: (resources: { readonly done: number; readonly of: number }) => void;
  /** Called once for each other run that holds resources of the plan, before the command waits for that run. */
  readonly onWait?: (held: HeldByRun) => void;
  /**
   * Whether the operator has interrupted the command. Then writes in progress are finished, and no further write
   * begins. Default: never interrupted.
   */
  readonly isInterrupted?: () => boolean;
}

/** How many resources are written at a time. */
const concurrency = 4;

/**
 * Makes the changes of a plan, each under the lease of its resource, and records them as one run. A resource that
 * another run holds comes last, and the command waits for its lease. The command skips a resource whose planning
 * failed. It also skips a resource whose desired state has changed since the plan, because the operator has not seen
 * that state.
 */
export async function applyPlan(services: Services, request: ApplyPlanRequest): Promise<RunRecord> {
  const { runId, plan, startedBy, isInterrupted = () => false } = request;
  const { runs } = services.store;
  const opened: RunRecord = {
    runId,
    status: 'running',
    startedAt: getTimestamp(services.clock),
    cause: 'apply',
    accountIds: plan.accountId === undefined ? [] : [plan.accountId],
    ...(startedBy === undefined ? {} : { startedBy }),
  };
  await runs.put(opened);
  const planned = plan.resources.map((snapshot) => plannedChange(services, plan, snapshot));
  const accountIds = plan.resources.map(({ desired }) => desired.ref.accountId);
  await runs.putChangedAccounts(runId, [...new Set(accountIds)]);
  await runs.putChanges(runId, planned);
  const guarded = { ...services, store: refusingAnotherConfiguration(services.store, plan) };
  const changes = await applyAll(guarded, { ...request, isInterrupted }, planned);
  const end = endOf(changes, {
    own: opened.accountIds,
    accounts: plan.accounts,
    before: formatSearchProblems(plan.discovery),
    interrupted: isInterrupted(),
  });
  const closed = {
    ...opened,
    ...end,
    ...noted(plan, changes),
    ...summarizeAccess(changes),
    finishedAt: getTimestamp(services.clock),
  };
  await runs.put(closed);
  return closed;
}

type Applying = ApplyPlanRequest & Required<Pick<ApplyPlanRequest, 'isInterrupted'>>;

/**
 * Writes all resources. If another run holds the lease of a resource, that resource is tried again after all others.
 */
async function applyAll(
  services: Services,
  request: Applying,
  planned: readonly ResourceChange[],
): Promise<readonly ResourceChange[]> {
  const { onProgress, isInterrupted } = request;
  let done = 0;
  const attempt = (wait?: LeaseWait) => async (change: ResourceChange) => {
    if (isInterrupted()) return change;
    const applied = await applyOne(services, request, change, wait);
    done += applied.outcome === 'busy' ? 0 : 1;
    onProgress?.({ done, of: planned.length });
    return applied;
  };
  const first = await pMap(planned, attempt(), { concurrency });
  const held = first.filter(({ outcome }) => outcome === 'busy');
  const waiting = await waitingFor(services, request, held);
  const before = new Map(planned.map((change) => [change.resource, change]));
  const second = await pMap(
    held.flatMap(({ resource }) => before.get(resource) ?? []),
    (change) => attempt(waiting(change.resource))(change),
    { concurrency: Math.max(held.length, 1) },
  );
  const tried = new Map(second.map((change) => [change.resource, change]));
  return first.map((change) => tried.get(change.resource) ?? change);
}

/** The longest wait for one lease. The wait has an end, because other runs may take the lease again and again. */
const longestWait = leaseDuration + 60_000;

/**
 * Reports each run that the command waits for, once, with all resources of the plan that this run is now known to hold.
 */
async function waitingFor(services: Services, request: Applying, held: readonly ResourceChange[]) {
  const reportedRuns = new Set<string>();
  const tell = async (holder: LeaseHolder, resources: readonly string[]): Promise<void> => {
    if (reportedRuns.has(holder.runId)) return;
    reportedRuns.add(holder.runId);
    const run = await services.store.runs.get(holder.runId);
    const startedBy = run?.startedBy === undefined ? {} : { startedBy: run.startedBy };
    request.onWait?.({ ...holder, ...startedBy, resources });
  };
  const byRun = Map.groupBy(held, (change) => holderIn(change)?.runId);
  for (const changes of byRun.values()) {
    const last = changes
      .flatMap((change) => holderIn(change) ?? [])
      .sort((a, b) => (a.until < b.until ? 1 : -1))[0];
    if (last !== undefined)
      await tell(
        last,
        changes.map(({ resource }) => resource),
      );
  }
  return (resource: string): LeaseWait => ({
    longest: longestWait,
    onHeld: (holder) => {
      tell(holder, [resource]).catch((error) =>
        services.logger.warn('The holder of a lease could not be read', { resource, error }),
      );
    },
    isInterrupted: request.isInterrupted,
  });
}

/** The run that holds the lease of a resource, from the error of a busy resource. */
const holderIn = ({ error }: ResourceChange): LeaseHolder | undefined =>
  holderSchema.safeParse(error?.fields?.holder).data;

const holderSchema = z.object({ runId: z.string(), until: z.string() });

function noted({ discovery }: OverallPlan, changes: readonly ResourceChange[]): Pick<RunRecord, 'warnings'> {
  const warnings = [...discovery.warnings, ...listWarnings(changes)];
  return warnings.length === 0 ? {} : { warnings };
}

function plannedChange(
  { clock }: Services,
  { active }: OverallPlan,
  { desired, state, actual, plan, error }: ResourceSnapshot,
): ResourceChange {
  const change = { resource: desired.key, plannedGeneration: getGeneration(state) };
  const warnings = listReadWarnings({ desired, actual }, active);
  if (plan === undefined || actual === undefined)
    return {
      ...change,
      ...warnings,
      outcome: toErrorOutcome(error),
      ...(error === undefined ? {} : { error }),
    };
  return {
    ...change,
    planned: plan.changed ? 'change' : 'none',
    plannedAt: getTimestamp(clock),
    before: toJsonDocuments(actual),
    after: toJsonDocuments(toNextDocuments(desired, plan)),
    size: plan.size,
    limit: plan.limit,
    unit: plan.unit,
    ...toAccessChanges(plan),
    ...toRecordedHolds(plan.holds, active.configuration),
    ...warnings,
  };
}

async function applyOne(
  services: Services,
  { runId, plan }: Applying,
  change: ResourceChange,
  wait: LeaseWait | undefined,
): Promise<ResourceChange> {
  const snapshot = plan.resources.find(({ desired }) => desired.key === change.resource);
  if (snapshot?.plan === undefined || change.planned === undefined) return change;
  return reconcileResource(services, {
    runId,
    planned: change,
    revision: plan.revision,
    asOf: plan.madeAt,
    decided: true,
    shown: computeShownDigest({ desired: snapshot.desired, active: plan.active }, snapshot.plan),
    wait,
  });
}

/**
 * A store that throws once another configuration is active. The operator has agreed to the changes of the plan's
 * configuration only.
 */
function refusingAnotherConfiguration(store: Store, plan: OverallPlan): Store {
  const refuseUnlessActive = (stored: StoredConfiguration | undefined): void => {
    if (stored !== undefined && getActivationId(stored) === getActivationId(plan.active)) return;
    throw new StalePlanError(
      'Another configuration became active after the plan was made. Make a new plan, and apply it',
    );
  };
  return {
    ...store,
    configuration: {
      ...store.configuration,
      getActive: async () => {
        const stored = await store.configuration.getActive();
        refuseUnlessActive(stored);
        return stored;
      },
      getActiveWithSearchResults: async () => {
        const seen = await store.configuration.getActiveWithSearchResults();
        refuseUnlessActive(seen.active);
        return seen;
      },
    },
  };
}

function endOf(
  changes: readonly ResourceChange[],
  { own, accounts, before, interrupted }: Ending,
): Pick<RunRecord, 'status' | 'reason' | 'unresolved'> {
  const unresolved = [
    ...before,
    ...formatGroupedCauses(changes.flatMap((change) => unresolvedOf(change, { own, accounts }))),
  ];
  const reason = interrupted && unresolved.length > 0 ? interruption : unresolved[0];
  if (reason !== undefined) return { status: 'failed', reason, unresolved };
  const written = changes.filter(hasWritten).length;
  return { status: 'succeeded', reason: `${written} of ${changes.length} resources written` };
}

interface Ending {
  readonly own: readonly string[];
  /** The names of accounts, for messages. */
  readonly accounts: OverallPlan['accounts'];
  readonly before: readonly string[];
  readonly interrupted: boolean;
}

const interruption =
  'Interrupted by the operator. Writes that had begun were finished. Run `onboarding apply` again for the rest';

/**
 * What this run could not finish. A rejected principal is listed only if the plan is for that account alone, because
 * every later run for the resource tries the account again.
 */
function unresolvedOf(
  change: ResourceChange,
  { own, accounts }: Pick<Ending, 'own' | 'accounts'>,
): readonly Affected[] {
  const { resource, outcome, error, holds = [] } = change;
  if (outcome === undefined) return [{ resource, text: 'not started', isUnexplained: true }];
  if (outcome === 'written' || outcome === 'unchanged') return [];
  const rejected = listRejections(holds).filter(({ accountId }) => own.includes(accountId));
  if (outcome === 'held' && rejected.length === 0 && error === undefined) return [];
  const who = rejected.length === 0 ? '' : `: ${formatRejections(rejected, accounts)}`;
  const why = error === undefined ? '' : `: ${error.name}: ${error.message}`;
  return [{ resource, text: `${formatResult(outcome, change)}${who}${why}` }];
}
