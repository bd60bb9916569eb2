import type { MemberRole } from '../grants/member-roles/schema.ts';
import { hashCanonically } from './context.ts';
import { installationName, rolePath } from './installation-names.ts';
import type { Configuration } from './schema.ts';

/** All member roles for the same OUs. They are in one template, which one StackSet deploys. */
export interface MemberStackSet {
  /** The name of the StackSet. The reader role that it deploys has the same name. */
  readonly name: string;
  /** Paths and ids of OUs, ordered. Default: all accounts of the organization. */
  readonly ous?: readonly string[];
  readonly roles: readonly MemberRole[];
}

/** One StackSet for each different set of OUs, in the order of the configuration. */
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
 * The name of the StackSet that deploys a role. It is made from the OUs alone. An account may be in the OUs of several
 * StackSets, and each of them creates a reader role there, so the names must differ.
 */
export function getStackSetName(
  { for: { ous } }: MemberRole,
  configuration: Pick<Configuration, 'installation'>,
): string {
  const key = ous === undefined ? 'all' : hashCanonically(orderedOus(ous)).slice(0, 8);
  return `${installationName(configuration)}-members-${key}`;
}

/** The role, with its path, with which the hub reads a member role and its policies. */
export const getMemberReaderRole = (
  role: MemberRole,
  configuration: Pick<Configuration, 'installation'>,
): string => `${rolePath.slice(1)}${getStackSetName(role, configuration)}`;
