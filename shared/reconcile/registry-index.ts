import { isMember } from '../accounts/membership.ts';
import { type Account, formatAccounts } from '../platform/account.ts';
import type { PlanRequest } from './plan-types.ts';
/**
 * The account with this id. If the registry does not have it, a placeholder that has only the id: a statement needs no
 * more.
 */
export const getAccountOrPlaceholder = ({ accounts }: Pick<PlanRequest, 'accounts'>, id: string): Account =>
  getRegistryIndex(accounts).byId.get(id) ?? {
    id,
    name: id,
    state: 'DEPARTED',
    parentIds: [],
    ouPath: '',
    tags: {},
  };

/** Like `formatAccounts`, for ids. An account without an entry in `accounts` has its id for a name. */
export const formatAccountIds = (ids: readonly string[], accounts: readonly Account[]): string =>
  formatAccounts(ids.map((id) => getAccountOrPlaceholder({ accounts }, id)));

interface Index {
  readonly byId: ReadonlyMap<string, Account>;
  readonly members: ReadonlySet<string>;
}

const indexes = new WeakMap<readonly Account[], Index>();

/** Built once for each list of accounts and then reused, because many resources are planned with one list. */
export function getRegistryIndex(accounts: readonly Account[]): Index {
  const index = indexes.get(accounts) ?? {
    byId: new Map(accounts.map((account) => [account.id, account])),
    members: new Set(accounts.filter(isMember).map(({ id }) => id)),
  };
  indexes.set(accounts, index);
  return index;
}
