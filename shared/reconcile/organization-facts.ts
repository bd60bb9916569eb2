import { isMember, isUnreadable } from '../accounts/membership.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { OrganizationFacts } from '../iam/request.ts';
import type { Account } from '../platform/account.ts';

/**
 * Answers questions of the policy engine about accounts: whether they are in the organization, and in which OUs. Pure.
 * @param unplaced accounts whose OU is unknown. Default: none
 */
export function createOrganizationFacts(
  { organization }: Pick<Configuration, 'organization'>,
  accounts: readonly Account[],
  unplaced: Pick<ReadonlyMap<string, string>, 'has'> = new Map(),
): OrganizationFacts {
  const accountsById = new Map(accounts.map((account) => [account.id, account]));
  return {
    managementAccount: organization.managementAccount,
    organizationOf: (accountId) => {
      const account = accountsById.get(accountId);
      if (account === undefined || isUnreadable(account)) return 'unknown';
      if (!isMember(account)) return 'none';
      const { id } = organization;
      return unplaced.has(accountId) ? { id } : { id, path: `${[id, ...account.parentIds].join('/')}/` };
    },
  };
}
