import type { MemberRole } from '../grants/member-roles/schema.ts';
import { hashCanonically } from './context.ts';
import { installationName, rolePath } from './installation-names.ts';
import type { Configuration } from './schema.ts';

/** All member roles for one set of OUs. One template contains them, and one StackSet deploys it. */
export interface MemberStackSet {
  /** The name of the StackSet, and of the member reader role that it deploys. */
  readonly name: string;
  /** Paths and ids of OUs, ordered. Default: all accounts of the organization. */
  readonly ous?: readonly string[];
  readonly roles: readonly MemberRole[];
}

/** One StackSet for each distinct set of OUs, in the order of the configuration. */
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
 * The name of the StackSet that deploys a role. It depends on the OUs alone. An account may be in the OUs of several
 * StackSets, which must create roles with different names.
 */
export function getStackSetName(
  { for: { ous } }: MemberRole,
  configuration: Pick<Configuration, 'installation'>,
): string {
  const key = ous === undefined ? 'all' : hashCanonically(orderedOus(ous)).slice(0, 8);
  return `${installationName(configuration)}-members-${key}`;
}

/** The member reader role, with its path: by it the hub reads a member role and its policies. */
export const getMemberReaderRole = (
  role: MemberRole,
  configuration: Pick<Configuration, 'installation'>,
): string => `${rolePath.slice(1)}${getStackSetName(role, configuration)}`;
