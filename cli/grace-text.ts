import { type Account, formatAccount } from '../shared/platform/account.ts';
import { getAccountOrPlaceholder } from '../shared/reconcile/registry-index.ts';
import type { ResourceChange } from '../shared/store/ports.ts';
import { formatCount } from './output.ts';

/** More of them say nothing new. */
const maxAccounts = 3;

/**
 * `2 accounts keep access for a grace period: orders-test (666677778888) until 2026-03-04 09:00 UTC, …`. The account whose
 * grace period ends first comes first.
 */
export function formatGracePeriods(
  leaving: NonNullable<ResourceChange['leaving']>,
  accounts: readonly Account[],
): string {
  const ends = Object.entries(leaving).sort(([, a], [, b]) => (a < b ? -1 : 1));
  const shown = ends
    .slice(0, maxAccounts)
    .map(([id, end]) => `${formatAccount(getAccountOrPlaceholder({ accounts }, id))} until ${minutes(end)}`);
  const more = ends.length > maxAccounts ? [`and ${ends.length - maxAccounts} more`] : [];
  const verb = ends.length === 1 ? 'keeps' : 'keep';
  return `${formatCount(ends.length, 'account')} ${verb} access for a grace period: ${[...shown, ...more].join(', ')}`;
}

const minutes = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`;
