import pMap from 'p-map';
import { isMember } from '../shared/accounts/membership.ts';
import type { ActiveConfiguration } from '../shared/configuration/active-configuration.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import type { RegisteredAccount } from '../shared/platform/account.ts';
import {
  inspectMembers,
  listMemberRolesOf,
  type MemberRoleDrift,
} from '../shared/reconcile/check-member-roles.ts';
import { createLocator } from '../shared/reconcile/create-locator.ts';
import type { Services } from '../shared/reconcile/services.ts';
import { formatMemberRoleCheck } from '../shared/runs/member-role-lines.ts';
import { createRunId } from './environment.ts';
import { formatCount, type Output, wrapText } from './output.ts';
import { getReadableWidth } from './warnings.ts';

/** The member roles in a drift report. */
export interface MemberRolesRead {
  readonly roles: readonly MemberRoleDrift[];
  /** Accounts that the report leaves out. */
  readonly unreadAccounts: number;
  /** Lines about accounts whose OU in Organizations differs from the OU in the table. */
  readonly warnings: readonly string[];
}

/** The command reads at most this number of accounts. An account with three roles needs about 20 calls. */
const maxAccounts = 50;

/**
 * Reads the member roles of accounts that had differences when a sweep last checked them, or of all accounts before the
 * first check. Compares them with the roles that the account should have in its present OU. Writes nothing.
 */
export async function readMemberRoleDrift(
  services: Services,
  active: ActiveConfiguration,
  accounts: readonly RegisteredAccount[],
): Promise<MemberRolesRead> {
  if ((active.configuration.memberRoles ?? []).length === 0)
    return { roles: [], unreadAccounts: 0, warnings: [] };
  const last = await services.store.memberChecks.get();
  const due = accounts.filter(
    (account) =>
      isMember(account) &&
      listMemberRolesOf(active, account).length > 0 &&
      (last === undefined || last.again.includes(account.id)),
  );
  const read = due.slice(0, maxAccounts);
  const locator = await createLocator(services, active);
  // Only two at a time, because Organizations answers five ListParents calls a second ("Quotas and service limits for
  // AWS Organizations").
  const located = await pMap(read, async ({ id }) => (await locator.find(id)) ?? [], { concurrency: 2 });
  const request = { active, runId: createRunId('drift'), accounts: located.flat().filter(isMember) };
  const { roles } = await inspectMembers(services, request, []);
  return { roles, unreadAccounts: due.length - read.length, warnings: locator.listWarnings() };
}

const driftedStatuses: ReadonlySet<MemberRoleDrift['status']> = new Set([
  'different',
  'missing',
  'name-taken',
]);

export const hasDriftedRoles = ({ roles }: MemberRolesRead): boolean =>
  roles.some(({ status }) => driftedStatuses.has(status));

export const hasUnreadRoles = ({ roles, unreadAccounts }: MemberRolesRead): boolean =>
  unreadAccounts > 0 || roles.some(({ status }) => status === 'unreadable');

export const toMemberRoleFields = ({ roles }: MemberRolesRead) =>
  roles.map(({ account, role, status, reasons }) => ({
    accountId: account.id,
    role: role.name,
    status,
    reasons,
  }));

/** Prints nothing if no role was read. */
export function printMemberRoleDrift(
  out: Output,
  configuration: Configuration,
  { roles, unreadAccounts }: MemberRolesRead,
): void {
  if (roles.length === 0) return;
  const { unresolved, warnings } = formatMemberRoleCheck({ roles, findings: [] }, configuration);
  const width = getReadableWidth(out) - 2;
  const print = (line: string, color: (text: string) => string): void => {
    for (const text of wrapText(line, width)) out.line(color(`  ${text}`));
  };
  out.line();
  out.line(`${out.colors.bold('Member roles:')} ${countStatuses(roles)}`);
  for (const line of unresolved) print(line, out.colors.red);
  for (const line of warnings) print(line, out.colors.yellow);
  if (unreadAccounts > 0)
    print(
      `The roles of ${formatCount(unreadAccounts, 'further account')} were not read. Run: onboarding check --account ID`,
      out.colors.yellow,
    );
}

const countStatuses = (roles: readonly MemberRoleDrift[]): string =>
  [...Map.groupBy(roles, ({ status }) => status)]
    .map(([status, group]) => `${group.length} ${status}`)
    .join(', ');
