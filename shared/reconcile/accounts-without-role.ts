import { isMember, isUnreadable } from '../accounts/membership.ts';
import { evaluateSelection, maySelect, noStoredOus } from '../accounts/stored-ous.ts';
import type { ResolvedConfiguration } from '../configuration/active-configuration.ts';
import { findMemberRole, listMemberRoleReferences } from '../grants/member-roles/references.ts';
import { type Account, formatAccounts } from '../platform/account.ts';

/**
 * Accounts that a grant selects for a member role, although the role's StackSet does not reach their OUs. One line for
 * each grant and role. The OU paths of the configuration are not enough to find these accounts: the registry says in
 * which OU each account is.
 */
export function findAccountsWithoutRole(
  { configuration, ous = noStoredOus }: Pick<ResolvedConfiguration, 'configuration' | 'ous'>,
  registered: readonly Account[],
): readonly string[] {
  const { grants, memberRoles = [], organization } = configuration;
  // An unreadable account may be in any OU, so a warning about missing roles could be wrong.
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
          // StackSets target OUs by id, so a role reaches a renamed OU although the OU path in the configuration does
          // not name it any more.
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
