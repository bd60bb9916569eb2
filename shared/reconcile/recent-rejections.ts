import { type Clock, getTimestamp } from '../platform/clock.ts';
import type { Hold, RejectedPrincipalHold } from '../store/ports.ts';
import { listRejections } from './holds.ts';
import type { ResourcePlan } from './plan-types.ts';
import type { Written } from './write-accepted.ts';

/**
 * For how many milliseconds runs for other accounts exclude a rejected principal. The retries of the account's own
 * run last as long.
 */
export const rejectionTtl = 15 * 60_000;

interface RejectionQuery {
  readonly holds: readonly Hold[];
  readonly plan: Pick<ResourcePlan, 'added'>;
  /** The accounts that the resource's policies name now. */
  readonly named: ReadonlySet<string>;
  /** The accounts of the run. Default: all. */
  readonly accountIds?: readonly string[] | undefined;
  readonly now: number;
}

/**
 * Accounts that the plan would add, and that AWS rejected in the last quarter of an hour. Runs for other accounts leave
 * them out. Otherwise each write of a burst would be rejected, and would search for the rejected accounts again. Empty
 * for the account's own run and for runs for all accounts, such as the sweep: these runs try the accounts again.
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

/** The holds of the accounts that a write excluded. If AWS gave no message now, its earlier message stays. */
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
 * Whether the search for rejected accounts ended early. Some of the accounts that the write excluded may then be
 * acceptable to AWS.
 */
export const hasUntried = (holds: readonly RejectedPrincipalHold[]): boolean =>
  holds.some(({ rejectedAt }) => rejectedAt === undefined);
