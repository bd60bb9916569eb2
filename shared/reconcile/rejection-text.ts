import type { Account } from '../platform/account.ts';
import { formatAccountIds } from './registry-index.ts';

interface Rejection {
  /** AWS refused the document with the accounts, and named no cause. Default: AWS named the principal. */
  readonly ambiguous?: true | undefined;
  /** For their names: at least those of the accounts that are known. */
  readonly accounts: readonly Account[];
}

/** What is proven of accounts that a write excluded. */
export const formatRejection = (ids: readonly string[], { ambiguous, accounts }: Rejection): string => {
  const [who, were] = [formatAccountIds(ids, accounts), ids.length === 1 ? 'was' : 'were'];
  return ambiguous === true
    ? `AWS refused the document while ${who} ${were} in it, and named no cause`
    : `AWS does not accept ${who} as a principal`;
};
