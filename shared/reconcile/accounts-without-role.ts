import { isMember, isUnreadable } from '../accounts/membership.ts';
import { evaluateSelection, maySelect, noStoredOus } from '../accounts/stored-ous.ts';
import type { ResolvedConfiguration } from '../configuration/active-configuration.ts';
import { findMemberRole, listMemberRoleReferences } from '../grants/member-roles/references.ts';
import { type Account, formatAccounts } from '../platform/account.ts';

/**
 * Accounts that a grant selects for a member role although no StackSet deploys it to them, a line for each grant and
 * role. The paths of OUs alone do not show it: the accounts of the registry do.
 */
export function findAccountsWithoutRole(
  { configuration, ous = noStoredOus }: Pick<ResolvedConfiguration, 'configuration' | 'ous'>,
  registered: readonly Account[],
): readonly string[] {
  const { grants, memberRoles = [], organization } = configuration;
  // The OU of an unreadable account is unknown.
  if (registered.some(isUnreadable)) return [];
  const members = registered.filter(isMember);
  return grants.flatMap((entry) =>
    listMemberRoleReferences(entry).flatMap(({ name }) => {
      const role = findMemberRole(name, memberRoles);
      const without = members.filter(
        (account) =>
          role !== undefined &&
          account.id !== organization.managementAccount &&
          evaluateSelection(entry.for, account, ous) === 'selected' &&
          // When an OU is renamed, a StackSet still uses the id of the OU.
          !maySelect(role.for, account, ous),
      );
      return without.length === 0 ? [] : [describe(entry.name, role?.name ?? name, without)];
    }),
  );
}

function describe(grant: string, role: string, accounts: readonly Account[]): string {
  return (
    `Grant ${grant}: the member role ${role} is not in the OUs of ${formatAccounts(accounts)}, which the grant selects. ` +
    'Add the OUs to `for` of the role, or select fewer accounts in the grant'
  );
}
