import pMap from 'p-map';
import { reconcileResource } from '../apply/reconcile.ts';
import { gainsOf, leavingOf } from '../apply/record.ts';
import { timestamp } from '../clock.ts';
import { StalePlanError } from '../errors.ts';
import { activationOf, type Services } from '../services.ts';
import type { ConfigurationInForce, ResourceChange, RunRecord, Store } from '../store/ports.ts';
import { accessOf } from './access-counts.ts';
import { warningsOn } from './finish.ts';
import { searchLines } from './look.ts';
import type { OverallPlan, Standing } from './plan-all.ts';
import { nextDocuments, noticed, recorded } from './standing.ts';

export interface ApplyPlanRequest {
  readonly runId: string;
  readonly plan: OverallPlan;
  readonly onProgress?: (resources: { readonly done: number; readonly of: number }) => void;
}

/** How many resources are written at a time. */
const concurrency = 4;

/**
 * Makes the changes of a plan, each resource under its lease, and records them as a run. What could not be planned is
 * not written, and neither is what has moved since the plan was made: nobody has seen that.
 */
export async function applyPlan(services: Services, request: ApplyPlanRequest): Promise<RunRecord> {
  const { runId, plan, onProgress } = request;
  const { runs } = services.store;
  const opened: RunRecord = {
    runId,
    status: 'running',
    startedAt: timestamp(services.clock),
    cause: 'apply',
    accountIds: plan.accountId === undefined ? [] : [plan.accountId],
  };
  await runs.put(opened);
  const planned = plan.resources.map((standing) => plannedChange(services, plan, standing));
  for (const change of planned) await runs.putChange(runId, change);
  const guarded = { ...services, store: refusingWhatMoved(services.store, plan) };
  let done = 0;
  const changes = await pMap(
    planned,
    async (change) => {
      const applied = await applyOne(guarded, { runId, plan, change });
      await runs.putChange(runId, applied);
      done += 1;
      onProgress?.({ done, of: planned.length });
      return applied;
    },
    { concurrency },
  );
  const end = endOf(changes, { own: opened.accountIds, before: searchLines(plan.looked) });
  const closed = {
    ...opened,
    ...end,
    ...noted(plan, changes),
    ...accessOf(changes),
    finishedAt: timestamp(services.clock),
  };
  await runs.put(closed);
  return closed;
}

function noted({ looked }: OverallPlan, changes: readonly ResourceChange[]): Pick<RunRecord, 'warnings'> {
  const warnings = [...looked.warnings, ...warningsOn(changes)];
  return warnings.length === 0 ? {} : { warnings };
}

function plannedChange(
  { clock }: Services,
  { active }: OverallPlan,
  { desired, state, actual, plan, error }: Standing,
): ResourceChange {
  const change = { resource: desired.key, plannedGeneration: state?.generation ?? 0 };
  const warnings = noticed({ desired, actual }, active);
  if (plan === undefined || actual === undefined)
    return { ...change, ...warnings, outcome: 'failed', ...(error === undefined ? {} : { error }) };
  return {
    ...change,
    planned: plan.changed ? 'change' : 'none',
    plannedAt: timestamp(clock),
    before: recorded(actual),
    after: recorded(nextDocuments(desired, plan)),
    size: plan.size,
    limit: plan.limit,
    ...gainsOf(plan),
    ...leavingOf(plan, active.configuration),
    ...warnings,
  };
}

const applyOne = async (
  services: Services,
  { runId, plan, change }: { runId: string; plan: OverallPlan; change: ResourceChange },
): Promise<ResourceChange> =>
  change.planned === undefined
    ? change
    : reconcileResource(services, {
        runId,
        planned: change,
        revision: plan.revision,
        asOf: plan.madeAt,
        decided: true,
      });

/**
 * The store as whoever holds a lease reads it, but not further than the plan: another revision, another configuration,
 * or a resource that another run has brought up to date meanwhile.
 */
function refusingWhatMoved(store: Store, plan: OverallPlan): Store {
  const generations = new Map(
    plan.resources.map(({ desired, state }) => [desired.key, state?.generation ?? 0]),
  );
  const isSame = (inForce: ConfigurationInForce | undefined): boolean =>
    inForce !== undefined && activationOf(inForce) === activationOf(plan.active);
  return {
    ...store,
    registry: {
      ...store.registry,
      head: async () => {
        const head = await store.registry.head();
        if (head.revision !== plan.revision) throw moved(`the registry is at revision ${head.revision}`);
        return head;
      },
    },
    configuration: {
      ...store.configuration,
      inForce: async () => {
        const inForce = await store.configuration.inForce();
        if (!isSame(inForce)) throw moved('another configuration is in force');
        return inForce;
      },
      withFound: async () => {
        const seen = await store.configuration.withFound();
        if (!isSame(seen.inForce)) throw moved('another configuration is in force');
        return seen;
      },
    },
    resources: {
      ...store.resources,
      get: async (resource) => {
        const state = await store.resources.get(resource);
        if ((state?.generation ?? 0) !== generations.get(resource))
          throw moved('another run has brought the resource up to date');
        return state;
      },
    },
  };
}

const moved = (what: string): StalePlanError =>
  new StalePlanError(`Since the plan was made, ${what}. Plan again, and apply what is left`);

function endOf(
  changes: readonly ResourceChange[],
  { own, before }: { readonly own: readonly string[]; readonly before: readonly string[] },
): Pick<RunRecord, 'status' | 'reason' | 'left'> {
  const left = [...before, ...changes.flatMap((change) => leftLine(change, own))];
  const [reason] = left;
  if (reason !== undefined) return { status: 'failed', reason, left };
  const written = changes.filter(({ outcome }) => outcome === 'written').length;
  return { status: 'succeeded', reason: `${written} of ${changes.length} resources written` };
}

/** An account that AWS does not accept is left for the next run, unless the plan is for that very account. */
function leftLine(
  { resource, outcome = 'failed', error, accountIds = [] }: ResourceChange,
  own: readonly string[],
): readonly string[] {
  if (outcome === 'written' || outcome === 'unchanged') return [];
  const refused = outcome === 'set-aside' ? accountIds.filter((id) => own.includes(id)) : [];
  if (outcome === 'set-aside' && refused.length === 0 && error === undefined) return [];
  const who = refused.length === 0 ? '' : `: AWS does not accept ${refused.join(', ')} as a principal`;
  return [`${resource}: ${outcome}${who}${error === undefined ? '' : `: ${error.name}: ${error.message}`}`];
}
