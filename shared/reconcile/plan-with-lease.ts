import { getActivationId } from '../configuration/active-configuration.ts';
import { getGrantContext } from '../configuration/context.ts';
import { getTimestamp } from '../platform/clock.ts';
import { listNamedAccounts, type ReconcileContext, toRememberedState } from './context.ts';
import { getHolds, listHeldAccounts } from './holds.ts';
import type { Lease } from './lease.ts';
import { listRemovalHolds, planResource } from './plan.ts';
import type { PlanRequest, ResourcePlan } from './plan-types.ts';
import { findRecentlyRejected } from './recent-rejections.ts';
import type { ReconcileRequest } from './reconcile-request.ts';
import { rememberGraces } from './save-result.ts';
import type { Services } from './services.ts';

/** The plans of a run that holds the lease, for the state of the resource that it has read. */
export interface LeasePlan {
  readonly actual: unknown;
  readonly request: PlanRequest;
  /** The plan for all accounts, also for accounts that AWS rejected recently. */
  readonly all: ResourcePlan;
  /** The plan to write first. It excludes accounts that AWS rejected in the last 15 minutes. */
  readonly first: ResourcePlan;
  readonly recentlyRejected: ReadonlySet<string>;
  /** The accounts that the resource's policies name at present, in statements of its grants. */
  readonly named: ReadonlySet<string>;
  /** The plan for all accounts except the given ones. */
  without(excluded: ReadonlySet<string>): ResourcePlan;
}

interface PlanInput {
  readonly context: ReconcileContext;
  readonly lease: Lease;
  readonly actual: unknown;
}

/**
 * Plans the resource while the run holds the lease. If planning fails, it first saves the start of new grace periods.
 * @throws the errors of `planResource`
 */
export async function planWithLease(
  { clock }: Pick<Services, 'clock'>,
  { asOf, accountIds }: Pick<ReconcileRequest, 'asOf' | 'accountIds'>,
  { context, lease, actual }: PlanInput,
): Promise<LeasePlan> {
  const { active, state } = context;
  const now = asOf ?? getTimestamp(clock);
  const request = {
    ...context,
    ...active,
    ...toRememberedState(state, getActivationId(active)),
    now,
    actual,
  };
  const all = await planOrRemember(context, lease, request);
  const named = listNamedAccounts(context, actual, getGrantContext(active.configuration));
  const query = { holds: getHolds(state), plan: all, named, accountIds, now: clock.now() };
  const recentlyRejected = findRecentlyRejected(query);
  const without = (excluded: ReadonlySet<string>): ResourcePlan =>
    excluded.size === 0 ? all : planResource({ ...request, excluded, ...toWithoutRoom(all) });
  return { actual, request, all, first: without(recentlyRejected), recentlyRejected, named, without };
}

async function planOrRemember(
  context: ReconcileContext,
  lease: Lease,
  request: PlanRequest,
): Promise<ResourcePlan> {
  try {
    return planResource(request);
  } catch (error) {
    lease.check();
    await rememberGraces(context, listRemovalHolds(request));
    throw error;
  }
}

/** The first plan has decided which accounts have no room. Later plans of the run repeat that decision. */
const toWithoutRoom = ({ refused, holds }: ResourcePlan): Pick<PlanRequest, 'withoutRoom'> =>
  refused === undefined
    ? {}
    : { withoutRoom: { refused, held: new Set(listHeldAccounts(holds, 'capacity')) } };
