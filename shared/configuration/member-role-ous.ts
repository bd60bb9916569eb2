import { compareOus, type OuRelation } from '../accounts/ou-relation.ts';
import type { Selector } from '../accounts/selector.ts';
import { findMemberRole, listMemberRoleReferences } from '../grants/member-roles/references.ts';
import type { MemberRole } from '../grants/member-roles/schema.ts';
import type { PathFinding } from './messages.ts';
import type { Configuration } from './schema.ts';

type Grants = Pick<Configuration, 'grants' | 'memberRoles'>;
type Grant = Configuration['grants'][number];

/**
 * Finds grants for OUs whose accounts do not get a role that the grant names, and OUs that get a role which no grant
 * needs. Some entries can be compared only with Organizations, such as a path and an id. `plan` compares them by the
 * accounts of the registry.
 */
export const checkMemberRoleOus = (configuration: Grants): readonly PathFinding[] => [
  ...rolesOutsideGrants(configuration),
  ...grantsOutsideRoles(configuration),
];

const grantsOutsideRoles = ({ grants, memberRoles = [] }: Grants): readonly PathFinding[] =>
  grants.flatMap((entry, index) =>
    listMemberRoleReferences(entry).flatMap(({ path, name }) => {
      const role = findMemberRole(name, memberRoles);
      const without = role === undefined ? [] : listOusWithoutRole(entry.for, role.for);
      if (role === undefined || without.length === 0) return [];
      const message =
        `must be a role that every account of the grant has: ${role.name} is in ${formatOus(role.for)}, and the grant is also for ` +
        `${without.join(', ')}. Select fewer OUs in the grant, or add them to \`for\` of the role`;
      return [{ path: ['grants', index, ...path], message }];
    }),
  );

/** The OUs of a grant whose accounts certainly do not get the role. */
function listOusWithoutRole({ all, ous = [], except }: Selector, role: Selector): readonly string[] {
  if (role.all === true) return [];
  if (all === true) return except === undefined ? ['all other accounts'] : [];
  return ous.flatMap((ou) => {
    const relations = (role.ous ?? []).map((roleOu) => compareOus(ou, roleOu));
    if (relations.includes('below') || relations.includes('unknown')) return [];
    if (!relations.includes('above')) return [ou];
    return except === undefined ? [`other accounts of ${ou}`] : [];
  });
}

const rolesOutsideGrants = ({ grants, memberRoles = [] }: Grants): readonly PathFinding[] =>
  memberRoles.flatMap((role, index) => {
    const naming = listGrantsNaming(role, { grants, memberRoles });
    return (role.for.ous ?? []).flatMap((ou, place) => {
      if (naming.length === 0 || naming.some((grant) => relationOf(ou, grant) !== 'apart')) return [];
      const names = naming.map((grant) => `${grant.name} (${formatOus(grant.for)})`).join(', ');
      const message =
        `must be an OU that a grant of the role selects: the grants that name ${role.name} are ${names}. So nobody could use the role ` +
        `in ${ou}. Remove the OU, or select it in a grant`;
      return [{ path: ['memberRoles', index, 'for', 'ous', place], message }];
    });
  });

/** The grants that name a member role, as the role that uses the access or as the role to assume. */
export const listGrantsNaming = (role: MemberRole, { grants, memberRoles = [] }: Grants): readonly Grant[] =>
  grants.filter((grant) =>
    listMemberRoleReferences(grant).some(({ name }) => findMemberRole(name, memberRoles) === role),
  );

/** Where an OU is in relation to the OUs of a grant. If it has several relations, the closest one counts. */
export function relationOf(ou: string, { for: { all, ous, except = [] } }: Grant): OuRelation {
  const isExcluded = except.some(
    ({ ous: excluded = [], ...others }) =>
      Object.values(others).every((value) => value === undefined) &&
      excluded.some((other) => compareOus(ou, other) === 'below'),
  );
  if (isExcluded) return 'apart';
  if (all === true) return 'below';
  const relations = (ous ?? []).map((other) => compareOus(ou, other));
  return ous === undefined ? 'unknown' : (order.find((each) => relations.includes(each)) ?? 'apart');
}

const order: readonly OuRelation[] = ['below', 'unknown', 'above', 'apart'];

/** A selector in words: `Workloads, Sandbox`, or `all accounts`. */
export const formatOus = ({ all, ous }: Selector): string =>
  all === true ? 'all accounts' : (ous ?? ['selected accounts']).join(', ');
