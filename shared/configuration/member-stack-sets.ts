import type { MemberRole } from '../grants/member-roles/schema.ts';
import { hashCanonically } from './context.ts';
import { installationName, rolePath } from './installation-names.ts';
import type { Configuration } from './schema.ts';

/** The member roles of one set of OUs: one template, deployed by one StackSet. */
export interface MemberStackSet {
  /** The name of the StackSet, and of the role in each account by which the hub reads the member roles. */
  readonly name: string;
  /** Paths and ids of OUs, ordered. Default: the whole organization. */
  readonly ous?: readonly string[];
  readonly roles: readonly MemberRole[];
}

/** One for each distinct set of OUs, in the order of the configuration. */
export function listMemberStackSets(
  configuration: Pick<Configuration, 'installation' | 'memberRoles'>,
): readonly MemberStackSet[] {
  const byOus = Map.groupBy(configuration.memberRoles ?? [], (role) => getStackSetName(role, configuration));
  return [...byOus].map(([name, roles]) => {
    const ous = roles[0]?.for.ous;
    return { name, roles, ...(ous === undefined ? {} : { ous: orderedOus(ous) }) };
  });
}

const orderedOus = (ous: readonly string[]): readonly string[] => [...new Set(ous)].sort();

/**
 * The name of the StackSet that deploys a role. It follows from the OUs alone: an account may be in the OUs of several
 * StackSets, which must create different names.
 */
export function getStackSetName(
  { for: { ous } }: MemberRole,
  configuration: Pick<Configuration, 'installation'>,
): string {
  const key = ous === undefined ? 'all' : hashCanonically(orderedOus(ous)).slice(0, 8);
  return `${installationName(configuration)}-members-${key}`;
}

/** The role, with its path, by which the hub reads a member role and its policies. */
export const getMemberReaderRole = (
  role: MemberRole,
  configuration: Pick<Configuration, 'installation'>,
): string => `${rolePath.slice(1)}${getStackSetName(role, configuration)}`;
