import { type Clock, getTimestamp } from '../platform/clock.ts';
import type { Hold, RejectedPrincipalHold } from '../store/ports.ts';
import { listRejections } from './holds.ts';
import type { ResourcePlan } from './plan-types.ts';
import type { Written } from './write-accepted.ts';

/**
 * How long other runs exclude a rejected principal, in milliseconds: as long as the account's own run continues its
 * retries by the state machine.
 */
export const rejectionTtl = 15 * 60_000;

interface RejectionQuery {
  readonly holds: readonly Hold[];
  readonly plan: Pick<ResourcePlan, 'added' | 'refused'>;
  /** The accounts that the resource names now. */
  readonly named: ReadonlySet<string>;
  /** The accounts that the run is for. Default: all. */
  readonly accountIds?: readonly string[] | undefined;
  readonly now: number;
}

/**
 * The accounts that the plan would add and that AWS rejected a moment ago. Without this, each write of a burst would
 * try them again, and search for them. Empty in their own run, and in a run for all accounts, such as a sweep.
 */
export function findRecentlyRejected({
  holds,
  plan,
  named,
  accountIds = [],
  now,
}: RejectionQuery): ReadonlySet<string> {
  if (accountIds.length === 0 || plan.refused !== undefined) return new Set();
  const recent = listRejections(holds).filter(({ rejectedAt }) => isRecent(rejectedAt, now));
  const ids = new Set(recent.map(({ accountId }) => accountId));
  return new Set(plan.added.filter((id) => ids.has(id) && !accountIds.includes(id) && !named.has(id)));
}

const isRecent = (rejectedAt: string | undefined, now: number): boolean =>
  rejectedAt !== undefined && now < Date.parse(rejectedAt) + rejectionTtl;

/** The holds of the accounts that a write excluded. An earlier message of AWS stays if AWS gave none now. */
export function holdRejected(
  clock: Clock,
  before: readonly Hold[],
  { excluded, rejected, reason, ambiguous }: Omit<Written, 'written'>,
): readonly RejectedPrincipalHold[] {
  const known = new Map(listRejections(before).map((hold) => [hold.accountId, hold]));
  const isRejected = new Set(rejected);
  return excluded.map((accountId) => {
    const hold = known.get(accountId);
    const rejectedAt = isRejected.has(accountId) ? getTimestamp(clock) : hold?.rejectedAt;
    const said = reason === undefined ? hold : { message: reason, ambiguous };
    return {
      accountId,
      change: 'add',
      reason: 'rejected-principal',
      ...(rejectedAt === undefined ? {} : { rejectedAt }),
      ...(said?.message === undefined ? {} : { message: said.message }),
      ...(said?.message !== undefined && said.ambiguous === true && { ambiguous: true }),
    };
  });
}

/** Whether a search ended before it had told the accounts apart, so that AWS may accept some of the excluded ones. */
export const hasUntried = (holds: readonly RejectedPrincipalHold[]): boolean =>
  holds.some(({ rejectedAt }) => rejectedAt === undefined);
