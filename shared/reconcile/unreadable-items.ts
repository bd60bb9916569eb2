import type { Account } from '../platform/account.ts';
import type { ErrorRecord } from '../platform/errors.ts';
import type { SearchResult } from '../store/ports.ts';
import { formatGroupedCauses } from './grouped-causes.ts';

/** The accounts whose items in the table cannot be read, one line for each cause. */
export const describeUnreadableAccounts = (accounts: readonly Account[]): readonly string[] =>
  formatGroupedCauses(
    accounts.flatMap(({ id, unreadable }) =>
      unreadable === undefined ? [] : [{ resource: id, text: formatUnreadable(unreadable) }],
    ),
    'accounts',
  );

/** The searches whose stored results cannot be read, one line for each. */
export const describeUnreadableSearches = (items: readonly SearchResult[]): readonly string[] =>
  items.flatMap(({ unreadable }) => (unreadable === undefined ? [] : formatUnreadable(unreadable)));

export const formatUnreadable = ({ name, message }: ErrorRecord): string => `${name}: ${message}`;
