import { listMemberRoleReferences } from '../grants/member-roles/references.ts';
import type { MemberRole } from '../grants/member-roles/schema.ts';
import { getTrust } from '../grants/member-roles/trust.ts';
import { accountIdPattern } from '../platform/account.ts';
import { findFreelyNamedRoles } from './freely-named-roles.ts';
import { formatOus, listGrantsNaming, relationOf } from './member-role-ous.ts';
import type { PathFinding } from './messages.ts';
import type { Configuration } from './schema.ts';

/** Warnings about member roles that are valid but unusual. */
export const findMemberRoleWarnings = (configuration: Configuration): readonly PathFinding[] => [
  ...(configuration.memberRoles ?? []).flatMap((role, index) =>
    [
      ...unprotected(role),
      ...unnamed(role, configuration),
      ...widerThanGrants(role, configuration),
      ...beyondGrants(role, configuration),
    ].map(({ path, message }) => ({ path: ['memberRoles', index, ...path], message })),
  ),
  ...managementAccount(configuration),
  ...findFreelyNamedRoles(configuration),
];

const unprotected = ({ name, ...role }: MemberRole): readonly PathFinding[] =>
  role.kind !== 'people' || role.trusts.mfa || role.trusts.externalId !== undefined
    ? []
    : [
        {
          path: ['trusts'],
          message: `lets people assume ${name} without MFA and without an external id; set mfa: true, or an externalId`,
        },
      ];

/**
 * Member roles that no principal can assume. In a central account, only a grant gives principals the permission to
 * assume a role. In other accounts, their own administrators give it.
 */
function unnamed(role: MemberRole, configuration: Configuration): readonly PathFinding[] {
  const trust = getTrust(role);
  if (trust.type === 'service' || accountIdPattern.test(trust.account)) return [];
  if (listGrantsNaming(role, configuration).length > 0) return [];
  const message = `is the memberRole of no grant, so nobody in the ${trust.account} account can assume it. Name it in a grant`;
  return [{ path: ['name'], message }];
}

/**
 * Member roles that all accounts get although the grants select fewer accounts. In the other accounts, the role exists,
 * but the central accounts deny its requests.
 */
function widerThanGrants(role: MemberRole, configuration: Configuration): readonly PathFinding[] {
  const naming = listGrantsNaming(role, configuration);
  if (role.for.all !== true || naming.length === 0) return [];
  if (naming.some((grant) => grant.for.ous === undefined)) return [];
  const ous = [...new Set(naming.flatMap((grant) => grant.for.ous ?? []))].join(', ');
  const message = `is all accounts, but the grants that name ${role.name} select only ${ous}; use \`ous\` to create the role only there`;
  return [{ path: ['for'], message }];
}

/**
 * Member roles whose policies allow more than the central account does. One template serves all OUs of a role, so the
 * role has the same policies in all of them, even for grants that select only some of the OUs.
 */
const beyondGrants = (role: MemberRole, configuration: Configuration): readonly PathFinding[] =>
  (role.for.ous ?? []).flatMap((ou, index) => {
    const partly = listGrantsNaming(role, configuration).filter(
      (grant) => grant.memberRole === undefined && ['above', 'apart'].includes(relationOf(ou, grant)),
    );
    if (role.kind !== 'application' || partly.length === 0) return [];
    const names = partly.map((grant) => `${grant.name} (${formatOus(grant.for)})`).join(', ');
    const message = `has the permissions for ${names} in all of ${ou}, and the central account denies them outside the grant's OUs; use one role for each set of OUs to keep the permissions exact`;
    return [{ path: ['for', 'ous', index], message }];
  });

/**
 * StackSets never deploy to the management account (CloudFormation user guide, "StackSets with service-managed
 * permissions").
 */
function managementAccount({ grants, organization }: Configuration): readonly PathFinding[] {
  const id = organization.managementAccount;
  return grants.flatMap((entry, index) => {
    const [reference] = listMemberRoleReferences(entry);
    const isExcepted = entry.for.except?.some(({ accounts }) => accounts?.includes(id) === true) === true;
    const isNamed = entry.for.all === true || entry.for.accounts?.includes(id) === true;
    if (reference === undefined || isExcepted || !isNamed) return [];
    const message =
      `is not in the management account ${id}, which the grant selects and no StackSet reaches; deploy the output of ` +
      '`onboarding member-template --plain` there, or except the account';
    return [{ path: ['grants', index, ...reference.path], message }];
  });
}
