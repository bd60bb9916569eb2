import { memoizeByObject } from '../platform/memoize.ts';
import { compareByText } from '../platform/order.ts';
import type {
  CapacityHold,
  GracePeriodHold,
  Hold,
  HoldReason,
  RejectedPrincipalHold,
  RemovalHold,
  ResourceState,
} from '../store/ports.ts';

/** The holds that the table has for a resource. */
export const getHolds = (state: Pick<ResourceState, 'holds'> | undefined): readonly Hold[] =>
  state?.holds ?? noHolds;

const noHolds: readonly Hold[] = [];

/** The accounts that are held for the given reason, in the order of the holds. */
export const listHeldAccounts = (holds: readonly Hold[], reason: HoldReason): string[] =>
  holds.filter((hold) => hold.reason === reason).map(({ accountId }) => accountId);

/** The accounts that keep access although no grant gives it any more: by a grace period, or by a blocked removal. */
export const listKeptAccounts = (holds: readonly Hold[]): string[] =>
  holds.filter(({ change }) => change === 'remove').map(({ accountId }) => accountId);

export const listGracePeriods = (holds: readonly Hold[]): readonly GracePeriodHold[] =>
  holds.filter((hold) => hold.reason === 'grace-period');

export const listRejections = (holds: readonly Hold[]): readonly RejectedPrincipalHold[] =>
  holds.filter((hold) => hold.reason === 'rejected-principal');

export const toCapacityHold = (accountId: string): CapacityHold => ({
  accountId,
  change: 'add',
  reason: 'capacity',
});

/** Indexes the holds that keep an account's access, by account id. */
export const indexRemovals = memoizeByObject(
  (holds: readonly Hold[]): ReadonlyMap<string, RemovalHold> =>
    new Map(holds.filter(isRemoval).map((hold) => [hold.accountId, hold])),
);

const isRemoval = (hold: Hold): hold is RemovalHold => hold.change === 'remove';

/**
 * If two holds of one account concern the same change, the reason with the lower number stays. An operator or AWS must
 * end that hold, and a run cannot.
 */
const precedence: Readonly<Record<HoldReason, number>> = {
  'removal-limit': 1,
  'grace-period': 2,
  'rejected-principal': 1,
  capacity: 2,
};

/**
 * Merges lists of holds. Afterwards an account has at most one hold for an addition and one for a removal. Ordered by
 * account.
 */
export function mergeHolds(holds: readonly Hold[]): readonly Hold[] {
  const byChange = Map.groupBy(holds, ({ accountId, change }) => `${accountId} ${change}`);
  return [...byChange.values()].flatMap(mergeTwo).sort(compareByText(({ accountId }) => accountId));
}

function mergeTwo(holds: readonly Hold[]): readonly Hold[] {
  const [first, ...rest] = holds.toSorted((a, b) => precedence[a.reason] - precedence[b.reason]);
  if (first?.reason !== 'removal-limit' || first.since !== undefined)
    return first === undefined ? [] : [first];
  const since = rest.flatMap((hold) => ('since' in hold && hold.since !== undefined ? [hold.since] : []))[0];
  return [since === undefined ? first : { ...first, since }];
}
