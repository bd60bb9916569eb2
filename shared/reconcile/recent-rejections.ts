import { type Clock, getTimestamp } from '../platform/clock.ts';
import type { Hold, RejectedPrincipalHold } from '../store/ports.ts';
import { listRejections } from './holds.ts';
import type { ResourcePlan } from './plan-types.ts';
import type { Written } from './write-accepted.ts';

/**
 * How long a run for another account excludes a rejected account without trying it, in milliseconds. The rejected
 * account's own run retries during this time.
 */
export const rejectionTtl = 15 * 60_000;

interface RejectionQuery {
  readonly holds: readonly Hold[];
  readonly plan: Pick<ResourcePlan, 'added'>;
  /** The accounts that the resource's policies name at present. */
  readonly named: ReadonlySet<string>;
  /** The accounts that the run is for. Default: all accounts. */
  readonly accountIds?: readonly string[] | undefined;
  readonly now: number;
}

/**
 * Accounts to add that AWS rejected in the last 15 minutes, while the run is for other accounts. Such a run excludes
 * them. If it tried them, AWS would reject each write of a burst, and each run would search for the rejected accounts
 * again. Empty for the account's own run and for runs for all accounts, such as the sweep, which try the accounts
 * again.
 */
export function findRecentlyRejected({
  holds,
  plan,
  named,
  accountIds = [],
  now,
}: RejectionQuery): ReadonlySet<string> {
  if (accountIds.length === 0) return new Set();
  const recent = listRejections(holds).filter(({ rejectedAt }) => isRecent(rejectedAt, now));
  const ids = new Set(recent.map(({ accountId }) => accountId));
  return new Set(plan.added.filter((id) => ids.has(id) && !accountIds.includes(id) && !named.has(id)));
}

const isRecent = (rejectedAt: string | undefined, now: number): boolean =>
  rejectedAt !== undefined && now < Date.parse(rejectedAt) + rejectionTtl;

/**
 * Makes a hold for each account that a write excluded. The hold has AWS's message of this write, or else the message of
 * an earlier write.
 */
export function holdRejected(
  clock: Clock,
  before: readonly Hold[],
  { excluded, rejected, reason, ambiguous }: Omit<Written, 'written'>,
): readonly RejectedPrincipalHold[] {
  const holdsByAccount = new Map(listRejections(before).map((hold) => [hold.accountId, hold]));
  const isRejected = new Set(rejected);
  return excluded.map((accountId) => {
    const hold = holdsByAccount.get(accountId);
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

/**
 * Whether the search for rejected accounts ended before every excluded account was tried alone. AWS may accept some of
 * these accounts.
 */
export const hasUntried = (holds: readonly RejectedPrincipalHold[]): boolean =>
  holds.some(({ rejectedAt }) => rejectedAt === undefined);
