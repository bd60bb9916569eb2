import type { Account } from '../platform/account.ts';
import type { ErrorRecord } from '../platform/errors.ts';
import type { FoundResources } from '../store/ports.ts';
import { groupedLines } from './grouped-causes.ts';

/** The accounts whose items of the table cannot be understood, a line for each cause. */
export const unreadableAccounts = (accounts: readonly Account[]): readonly string[] =>
  groupedLines(
    accounts.flatMap(({ id, unreadable }) =>
      unreadable === undefined ? [] : [{ resource: id, text: unreadableText(unreadable) }],
    ),
    'accounts',
  );

/** The searches whose items cannot be understood, a line each. */
export const unreadableSearches = (items: readonly FoundResources[]): readonly string[] =>
  items.flatMap(({ unreadable }) => (unreadable === undefined ? [] : unreadableText(unreadable)));

export const unreadableText = ({ name, message }: ErrorRecord): string => `${name}: ${message}`;
