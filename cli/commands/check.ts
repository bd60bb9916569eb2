import type { Command } from 'commander';
import { loadConfiguration } from '../../shared/configuration/load.ts';
import { suggestWord } from '../../shared/configuration/messages.ts';
import { formatAccount } from '../../shared/platform/account.ts';
import { findNearestWord } from '../../shared/platform/nearest-name.ts';
import type { AccessResult } from '../../shared/reconcile/access-result.ts';
import { type AccountCheck, checkAccount } from '../../shared/reconcile/check-account.ts';
import type { MemberRoleDrift } from '../../shared/reconcile/check-member-roles.ts';
import { computeReadiness } from '../../shared/reconcile/readiness.ts';
import type { MemberRoleStatus } from '../../shared/store/ports.ts';
import type { AccessStatus } from '../../shared/store/readiness.ts';
import {
  type CommandContext,
  type CommonOptions,
  createCommand,
  getConfigurationFile,
  runAction,
  type Session,
} from '../command.ts';
import { createRunId, openEnvironment } from '../environment.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { Colors, Output } from '../output.ts';
import { printReadiness } from '../run-output.ts';
import { splitResourceKey, toReadyFields } from '../run-report.ts';
import { printSignIns } from '../sign-in-output.ts';
import { printTable } from '../table.ts';
import { UsageError } from '../usage-error.ts';
import { printWarnings } from '../warnings.ts';

interface CheckOptions extends CommonOptions {
  readonly account?: string;
  readonly principal?: string;
  readonly simulate?: boolean;
}

export const createCheckCommand = (context: CommandContext): Command =>
  createCommand('check')
    .option('--account <id>', 'required: the account')
    .option('--principal <arn>', 'only the accesses that need this role of the account')
    .option('--simulate', 'use a simulated organization with onboarded accounts; needs no AWS')
    .action(runAction<CheckOptions>(context, check));

async function check(options: CheckOptions, session: Session): Promise<ExitCode> {
  const { account: accountId, principal, simulate = false } = options;
  if (accountId === undefined) throw new UsageError('--account is missing. Use --account ID');
  const configuration = await loadConfiguration(getConfigurationFile(options, session.io));
  const { services } = await openEnvironment(session, {
    configuration,
    simulate,
    memoryAllowed: true,
    onboarded: true,
  });
  const checked = await checkAccount(services, { runId: createRunId('check'), accountId });
  const results = checked.results.filter(({ role }) => principal === undefined || isRole(principal, role));
  const readiness = computeReadiness(results);
  session.out.result({
    status: readiness === undefined ? 'nothing-granted' : 'checked',
    accountId,
    ...toReadyFields(readiness),
    results: results.map(({ resource, signIn: _, ...result }) => ({
      on: splitResourceKey(resource),
      ...result,
    })),
    leftovers: checked.leftovers,
    memberRoles: checked.roles.map(({ role, status, reasons }) => ({ role: role.name, status, reasons })),
    warnings: checked.warnings,
  });
  printUnmatchedPrincipal(session.out, principal, checked);
  printCheck(session.out, { ...checked, results, readiness }, principal);
  return getExitCode({ ...checked, readiness });
}

/**
 * The check fails if an access is denied, if the account has access that it should not have, or if its roles differ
 * from the configuration.
 */
function getExitCode({
  readiness,
  leftovers,
  roles,
}: Pick<AccountCheck, 'readiness' | 'leftovers' | 'roles'>): ExitCode {
  const isWrong = ({ status }: MemberRoleDrift): boolean => wrongStatuses.has(status);
  if (leftovers.length > 0 || roles.some(isWrong)) return exitCodes.failed;
  return readiness === undefined ? exitCodes.succeeded : exitCodeByReady[`${readiness.ready}`];
}

const wrongStatuses: ReadonlySet<MemberRoleStatus> = new Set(['different', 'missing', 'name-taken']);

/** A mistyped role would look like a role that no access needs. So the command says that no access names it. */
function printUnmatchedPrincipal(
  out: Output,
  principal: string | undefined,
  { account, results }: AccountCheck,
): void {
  if (principal === undefined || results.some(({ role }) => isRole(principal, role))) return;
  const roles = [...new Set(results.flatMap(({ role }) => role ?? []))];
  const nearest = findNearestWord(principal.replace(/^.*:role\//, ''), roles);
  out.line(
    out.colors.yellow(
      `No access of ${formatAccount(account)} needs the role ${principal}${suggestWord(nearest)}`,
    ),
  );
}

/** Whether an ARN such as `arn:aws:iam::555566667777:role/app/Web` names the role `app/Web`. */
const isRole = (principal: string, role: string | undefined): boolean =>
  role !== undefined && principal.endsWith(`:role/${role}`);

const exitCodeByReady = {
  true: exitCodes.succeeded,
  unproven: exitCodes.changesPending,
  false: exitCodes.failed,
} as const;

function printCheck(
  out: Output,
  { account, results, readiness, leftovers, roles, warnings }: AccountCheck,
  principal: string | undefined,
): void {
  out.line(out.colors.bold(formatAccount(account)));
  if (readiness === undefined && principal === undefined)
    out.line('  The configuration grants nothing that could be verified.');
  const rows = results.map((result) => toRow(result, out.colors));
  printTable(out, rows);
  for (const line of leftovers) out.line(out.colors.red(`  ${line}`));
  for (const { role, status, reasons } of roles.filter((each) => each.status !== 'equal'))
    out.line(out.colors.yellow(`  Member role ${role.name}: ${[status, ...reasons].join(': ')}`));
  printWarnings(out, warnings);
  if (readiness === undefined) return;
  printReadiness(out, toReadyFields(readiness));
  printSignIns(out, readiness.signIns, { profiles: true });
}

const toRow = ({ status, who, what }: AccessResult, colors: Colors): readonly string[] => [
  colorOf(status, colors)(status.replace('-', ' ')),
  who,
  what,
];

function colorOf(status: AccessStatus, { green, yellow, red }: Colors) {
  if (status === 'verified') return green;
  return status === 'denied' || status === 'pending' ? red : yellow;
}
