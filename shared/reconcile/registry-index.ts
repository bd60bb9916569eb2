import { isMember } from '../accounts/membership.ts';
import { type Account, formatAccounts } from '../platform/account.ts';
import type { PlanRequest } from './plan-types.ts';
/** An account with a blocked removal may be missing in the registry. Its id is all that statements need. */
export const getAccountOrPlaceholder = ({ accounts }: Pick<PlanRequest, 'accounts'>, id: string): Account =>
  getRegistryIndex(accounts).byId.get(id) ?? {
    id,
    name: id,
    state: 'DEPARTED',
    parentIds: [],
    ouPath: '',
    tags: {},
  };

/** As `formatAccounts`. An account that `accounts` does not have is its id alone. */
export const formatAccountIds = (ids: readonly string[], accounts: readonly Account[]): string =>
  formatAccounts(ids.map((id) => getAccountOrPlaceholder({ accounts }, id)));

interface Index {
  readonly byId: ReadonlyMap<string, Account>;
  readonly members: ReadonlySet<string>;
}

const indexes = new WeakMap<readonly Account[], Index>();

/** Made once for each registry, since many resources are planned from one. */
export function getRegistryIndex(accounts: readonly Account[]): Index {
  const index = indexes.get(accounts) ?? {
    byId: new Map(accounts.map((account) => [account.id, account])),
    members: new Set(accounts.filter(isMember).map(({ id }) => id)),
  };
  indexes.set(accounts, index);
  return index;
}
