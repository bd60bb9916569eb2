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

/** What the holder of the lease plans for the state that it has read. */
export interface LeasePlan {
  readonly actual: unknown;
  readonly request: PlanRequest;
  /** For all accounts. */
  readonly all: ResourcePlan;
  /** The plan to write first. It excludes accounts that AWS rejected in the last quarter of an hour. */
  readonly first: ResourcePlan;
  readonly recentlyRejected: ReadonlySet<string>;
  /** The accounts that the resource's policies name now. */
  readonly named: ReadonlySet<string>;
  /** Plans again without these accounts. */
  without(excluded: ReadonlySet<string>): ResourcePlan;
}

interface PlanInput {
  readonly context: ReconcileContext;
  readonly lease: Lease;
  readonly actual: unknown;
}

/**
 * Plans the resource with its holds.
 * @throws the errors of `planResource`; new grace periods are saved before
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

/** Each later plan holds the accounts that had no room in the first one. */
const toWithoutRoom = ({ refused, holds }: ResourcePlan): Pick<PlanRequest, 'withoutRoom'> =>
  refused === undefined
    ? {}
    : { withoutRoom: { refused, held: new Set(listHeldAccounts(holds, 'capacity')) } };
