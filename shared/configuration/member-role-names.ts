import { findNearestMemberRole, getBareName } from '../grants/member-roles/references.ts';
import { type PathFinding, suggestWord } from './messages.ts';

/** An object in a file that may have any mistakes. */
type Fields = Readonly<Record<string, unknown>>;

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

interface Named {
  readonly path: readonly PropertyKey[];
  readonly name: string;
}

const listNamed = (value: unknown, path: readonly PropertyKey[]): readonly Named[] =>
  typeof value === 'string' ? [{ path, name: value }] : [];

const listRoleNames = (value: unknown): readonly Named[] =>
  listOf(fields(value).memberRoles).flatMap((role, index) =>
    listNamed(fields(role).name, ['memberRoles', index, 'name']),
  );

/** Member roles that have the same name. IAM compares names without paths and case (API reference, "CreateRole"). */
export function findRepeatedRoles(value: unknown): readonly PathFinding[] {
  const names = listRoleNames(value);
  return names.flatMap(({ path, name }, index) => {
    const first = names.findIndex((other) => nameKey(other.name) === nameKey(name));
    const other = names[first];
    if (first === index || other === undefined) return [];
    const message = `must be another name: for IAM, ${name} and ${other.name} are one name, because paths and case do not count`;
    return [{ path, message }];
  });
}

const nameKey = (name: string): string => getBareName(name).toLowerCase();

/** Grants that name a member role which does not exist. */
export function findMissingRoles(value: unknown): readonly PathFinding[] {
  const roleNames = listRoleNames(value).map(({ name }) => name);
  const isKnown = (wanted: string): boolean =>
    roleNames.some((name) => name === wanted || getBareName(name) === wanted);
  return listOf(fields(value).grants)
    .flatMap((grant, index) => [
      ...listNamed(fields(grant).memberRole, ['grants', index, 'memberRole']),
      ...listOf(fields(grant).memberRoles).flatMap((name, at) =>
        listNamed(name, ['grants', index, 'memberRoles', at]),
      ),
    ])
    .filter(({ name }) => !isKnown(name))
    .map(({ path, name }) => ({ path, message: missing(name, roleNames) }));
}

const missing = (name: string, roleNames: readonly string[]): string =>
  roleNames.length === 0
    ? `must be the name of a member role, but the configuration has no memberRoles. Describe ${name} there, or use role or roles for a role that the configuration does not describe`
    : `must be the name of a member role, but there is no ${name}; memberRoles has ${roleNames.join(', ')}` +
      suggestWord(findNearestMemberRole(name, roleNames));
