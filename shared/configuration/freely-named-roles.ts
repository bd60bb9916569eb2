import { getGrantKind } from '../grants/kinds.ts';
import { findMemberRole, getBareName, listMemberRoleReferences } from '../grants/member-roles/references.ts';
import { toWildcardRef } from '../grants/permissions.ts';
import type { Account } from '../platform/account.ts';
import { measureDistance } from '../platform/nearest-name.ts';
import { getGrantContext } from './context.ts';
import type { PathFinding } from './messages.ts';
import type { Configuration } from './schema.ts';

type Grant = Configuration['grants'][number];

/**
 * Warns about roles that a grant names under `role` or `roles` although `memberRoles` describes them, or describes a
 * role with a similar name. In such an access, the grant and the role could become different without a warning.
 */
export function findFreelyNamedRoles(configuration: Configuration): readonly PathFinding[] {
  const { memberRoles = [], grants } = configuration;
  const names = memberRoles.map(({ name }) => name);
  if (names.length === 0) return [];
  return grants.flatMap((entry, index) => {
    const referred = listMemberRoleReferences(entry).map(
      ({ name }) => findMemberRole(name, memberRoles)?.name,
    );
    return listNamedRoles(entry, configuration)
      .filter((role) => !referred.includes(role))
      .flatMap((role) => {
        const like = names.find((name) => isAlike(role, name));
        return like === undefined ? [] : [{ path: ['grants', index], message: describe(role, like) }];
      });
  });
}

/** An invented account, used to find out which roles a grant needs. */
const anyAccount: Account = {
  id: '000000000000',
  name: '',
  state: 'ACTIVE',
  parentIds: [],
  ouPath: '',
  tags: {},
};

/** The roles of member accounts that a grant needs. */
function listNamedRoles(entry: Grant, configuration: Configuration): readonly string[] {
  const kind = getGrantKind(entry.kind);
  const context = getGrantContext(configuration);
  const [on] = [
    ...kind.listResources(entry, context),
    ...(kind.discovery?.listSearches(entry, context) ?? []),
  ].map(toWildcardRef);
  if (on === undefined) return [];
  const accesses = kind.listAccesses(entry, anyAccount, on, context);
  return [...new Set(accesses.flatMap(({ member }) => member?.role ?? []))];
}

/** Shorter names are not compared, because many of them differ in two letters on purpose. */
const shortestMistyped = 6;
const mostMistyped = 2;

function isAlike(role: string, name: string): boolean {
  const one = getBareName(role).toLowerCase();
  const other = getBareName(name).toLowerCase();
  if (one === other) return true;
  if (Math.min(one.length, other.length) < shortestMistyped || role.includes('*')) return false;
  return Math.max(measureDistance(one, other), measureDistance(other, one)) <= mostMistyped;
}

const describe = (role: string, like: string): string =>
  role === like
    ? `names the role ${role}, which memberRoles describes; refer to it by memberRole or memberRoles, so that both halves stay equal`
    : `names the role ${role}, and memberRoles has ${like}; if both are one role, refer to it by memberRole or memberRoles`;
