import { isMember } from '../accounts/membership.ts';
import { type Account, formatAccounts } from '../platform/account.ts';
import type { PlanRequest } from './plan-types.ts';
/** An account with a blocked removal may be missing in the registry. Statements need only its id. */
export const getAccountOrPlaceholder = ({ accounts }: Pick<PlanRequest, 'accounts'>, id: string): Account =>
  getRegistryIndex(accounts).byId.get(id) ?? {
    id,
    name: id,
    state: 'DEPARTED',
    parentIds: [],
    ouPath: '',
    tags: {},
  };

/** As `formatAccounts`. If `accounts` lacks the account, the text is its id alone. */
export const formatAccountIds = (ids: readonly string[], accounts: readonly Account[]): string =>
  formatAccounts(ids.map((id) => getAccountOrPlaceholder({ accounts }, id)));

interface Index {
  readonly byId: ReadonlyMap<string, Account>;
  readonly members: ReadonlySet<string>;
}

const indexes = new WeakMap<readonly Account[], Index>();

/** Created once for each registry, since many resources are planned from one. */
export function getRegistryIndex(accounts: readonly Account[]): Index {
  const index = indexes.get(accounts) ?? {
    byId: new Map(accounts.map((account) => [account.id, account])),
    members: new Set(accounts.filter(isMember).map(({ id }) => id)),
  };
  indexes.set(accounts, index);
  return index;
}
