import { findNearestWord } from '../../platform/nearest-name.ts';
import type { GrantContext } from '../contract.ts';
import type { GrantEntry } from '../grant-schema.ts';
import type { MemberRole } from './schema.ts';

/** A field of a grant that names a member role. */
export interface MemberRoleReference {
  /** Where the field is in the grant, such as `['memberRoles', 0]`. */
  readonly path: readonly (string | number)[];
  readonly name: string;
}

/**
 * The name without its path. An account cannot have two roles with this name and different paths (IAM API reference,
 * "CreateRole").
 */
export const getBareName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

type References = Pick<GrantEntry, 'memberRole' | 'memberRoles'>;

/** All references of a grant to member roles. */
export const listMemberRoleReferences = ({
  memberRole,
  memberRoles = [],
}: References): readonly MemberRoleReference[] => [
  ...(memberRole === undefined ? [] : [{ path: ['memberRole'], name: memberRole }]),
  ...memberRoles.map((name, index) => ({ path: ['memberRoles', index], name })),
];

/** Finds a member role by its name, with or without the path. */
export const findMemberRole = (name: string, roles: readonly MemberRole[]): MemberRole | undefined =>
  roles.find((role) => role.name === name || getBareName(role.name) === name);

/** The member role that a mistyped name probably means. */
export const findNearestMemberRole = (wanted: string, names: readonly string[]): string | undefined =>
  findNearestWord(wanted, [...names, ...names.map(getBareName)]);

/** A member role by its name. Validation has checked that the role exists. */
export function getMemberRole(name: string, { memberRoles }: Pick<GrantContext, 'memberRoles'>): MemberRole {
  const role = findMemberRole(name, memberRoles);
  if (role === undefined) throw new Error(`there is no member role ${name}`);
  return role;
}

/** The member roles that an entry names under `memberRoles`. */
const listEntryRoles = (
  { memberRoles = [] }: References,
  context: Pick<GrantContext, 'memberRoles'>,
): readonly MemberRole[] => memberRoles.map((name) => getMemberRole(name, context));

/** Names, with paths, of all roles to which an entry limits its grant. `undefined` if the grant is for all roles. */
export function listRoleNames(
  entry: References & { readonly roles?: readonly string[] | undefined },
  context: Pick<GrantContext, 'memberRoles'>,
): readonly string[] | undefined {
  if (entry.roles === undefined && entry.memberRoles === undefined) return undefined;
  const named = listEntryRoles(entry, context).map(({ name }) => name);
  return [...new Set([...(entry.roles ?? []), ...named])];
}
