import { getStackSetName } from '../configuration/member-stack-sets.ts';
import type { Configuration } from '../configuration/schema.ts';
import { formatAccounts } from '../platform/account.ts';
import type { MemberRoleCheck, MemberRoleDrift } from '../reconcile/check-member-roles.ts';

export interface MemberRoleLines {
  /**
   * One line for each member role that differs from the configuration, then one for each access that AWS would deny.
   */
  readonly unresolved: readonly string[];
  /** One line for each cause for which member roles could not be read. */
  readonly warnings: readonly string[];
}

/** One line for each role and cause, with the accounts that it concerns. */
export function formatMemberRoleCheck(
  { roles, findings }: MemberRoleCheck,
  configuration: Configuration,
): MemberRoleLines {
  const groups = [...Map.groupBy(roles.filter(isReported), nameCause).values()];
  const lines = groups.flatMap((group) => formatGroup(group, configuration));
  return {
    unresolved: [
      ...lines.flatMap(({ status, text }) => (status === 'unreadable' ? [] : [text])),
      ...findings.flatMap(({ violation }) => violation ?? []),
    ],
    warnings: lines.flatMap(({ status, text }) => (status === 'unreadable' ? [text] : [])),
  };
}

const isReported = ({ status }: MemberRoleDrift): boolean => status !== 'equal' && status !== 'pending';

/** A string that is equal if several accounts have the same role with the same differences. */
const nameCause = ({ account, role, status, reasons }: MemberRoleDrift): string =>
  JSON.stringify([role.name, status, reasons.map((reason) => reason.replaceAll(account.id, 'ACCOUNT'))]);

function formatGroup(group: readonly MemberRoleDrift[], configuration: Configuration) {
  const [first] = group;
  if (first === undefined) return [];
  const { role, status } = first;
  const accounts = formatAccounts(group.map(({ account }) => account));
  const stackSet = getStackSetName(role, configuration);
  const text = `Member role ${role.name} ${describe(first)} in ${accounts}. ${nextStep(first, stackSet)}`;
  return [{ status, text }];
}

function describe({ status, reasons, account }: MemberRoleDrift): string {
  const why = reasons.map((reason) => reason.replaceAll(account.id, 'ACCOUNT')).join('; ');
  switch (status) {
    case 'missing':
      return why === '' ? 'is missing' : `is missing (${why})`;
    case 'different':
      return `differs from the configuration (${why})`;
    case 'name-taken':
      return `is missing, because another role has its name (${why})`;
    default:
      return `cannot be read (${why})`;
  }
}

const nextStep = ({ status }: MemberRoleDrift, stackSet: string): string =>
  status === 'unreadable'
    ? `Check whether the StackSet ${stackSet} has an instance in the account`
    : `This installation cannot change it. Correct the StackSet ${stackSet}, or run its script with update`;
