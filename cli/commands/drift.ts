import type { Command } from 'commander';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { getGrantKind } from '../../shared/grants/kinds.ts';
import { type AccountNames, createAccountNames } from '../../shared/platform/account.ts';
import { formatSearchProblems } from '../../shared/reconcile/discover-resources.ts';
import { listDrift, type ResourceDrift } from '../../shared/reconcile/drift.ts';
import { formatGracePeriods } from '../../shared/reconcile/hold-text.ts';
import type { OverallPlan } from '../../shared/reconcile/plan-all.ts';
import { listReadWarnings } from '../../shared/reconcile/read-and-plan.ts';
import type { UnmanagedChange } from '../../shared/reconcile/unmanaged-changes.ts';
import { type DriftStatus, driftStatuses } from '../../shared/store/run-ports.ts';
import {
  type CommandContext,
  type CommonOptions,
  createCommand,
  runAction,
  type Session,
} from '../command.ts';
import { formatConflict } from '../conflict-text.ts';
import { formatDifferences } from '../differences.ts';
import { readEverything } from '../environment.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { foldQuiet, printHidden } from '../fold.ts';
import {
  hasDriftedRoles,
  hasUnreadRoles,
  type MemberRolesRead,
  printMemberRoleDrift,
  readMemberRoleDrift,
  toMemberRoleFields,
} from '../member-role-drift.ts';
import { type Colors, formatNumber, type Output, wrapText } from '../output.ts';
import { leftOver, printHead } from '../plan-output.ts';
import { createPlanReport } from '../plan-report.ts';
import { formatHeading, sortAccounts } from '../run-output.ts';
import { splitResourceKey } from '../run-report.ts';
import { groupSharedErrors, type SharedErrors } from '../shared-errors.ts';
import { alignColumns } from '../table.ts';
import { getReadableWidth, printWarnings } from '../warnings.ts';

interface DriftOptions extends CommonOptions {
  readonly simulate?: boolean;
}

export const createDriftCommand = (context: CommandContext): Command =>
  createCommand('drift')
    .option('--simulate', 'use a simulated organization with onboarded accounts; needs no AWS')
    .action(runAction<DriftOptions>(context, drift));

async function drift(options: DriftOptions, session: Session): Promise<ExitCode> {
  const { configuration, environment, plan } = await readEverything(session, options);
  const drifts = listDrift(plan);
  const counts = countsOf(drifts);
  const members = await readMemberRoleDrift(environment.services, plan.active, plan.accounts);
  const warnings = [
    ...formatSearchProblems(plan.discovery),
    ...plan.discovery.warnings,
    ...plan.resources.flatMap((snapshot) => listReadWarnings(snapshot, plan.active).warnings ?? []),
    ...members.warnings,
  ];
  const status = statusOf(counts, plan, members);
  const memberRoles = toMemberRoleFields(members);
  session.out.result({ status, counts, warnings, resources: drifts.map(reported), memberRoles });
  printHead(session.out, environment, createPlanReport(plan, []));
  const together = groupSharedErrors(drifts);
  printDrift(session.out, configuration, { drifts, together, accounts: plan.accounts });
  printMemberRoleDrift(session.out, configuration, members);
  printWarnings(session.out, [...together.lines, ...warnings]);
  return exitCodeByStatus[status];
}

type Counts = Readonly<Record<DriftStatus, number>>;

const countsOf = (drifts: readonly ResourceDrift[]): Counts =>
  Object.fromEntries(
    driftStatuses.map((status) => [status, drifts.filter((each) => each.status === status).length]),
  ) as Counts;

/**
 * The status of the report. Changes of unmanaged statements, and changes that the next run makes anyway, do not count
 * as drift.
 */
function statusOf(
  counts: Counts,
  { discovery }: OverallPlan,
  members: MemberRolesRead,
): keyof typeof exitCodeByStatus {
  if (counts['managed-drift'] + counts.conflict + counts.missing > 0) return 'drifted';
  if (hasDriftedRoles(members)) return 'drifted';
  return counts.unreadable + discovery.failed.length + discovery.unreadable.length > 0 ||
    hasUnreadRoles(members)
    ? 'incomplete'
    : 'no-drift';
}

const exitCodeByStatus = {
  drifted: exitCodes.changesPending,
  incomplete: exitCodes.failed,
  'no-drift': exitCodes.succeeded,
} as const;

const reported = ({ resource, ...drift }: ResourceDrift) => ({ ...splitResourceKey(resource), ...drift });

interface PrintedDrift extends Pick<OverallPlan, 'accounts'> {
  readonly drifts: readonly ResourceDrift[];
  readonly together: SharedErrors;
}

function printDrift(
  out: Output,
  configuration: Configuration,
  { drifts, together, accounts }: PrintedDrift,
): void {
  const names = createAccountNames(accounts);
  for (const account of sortAccounts(drifts, configuration)) {
    const here = drifts.filter(({ resource }) => splitResourceKey(resource).account === account);
    out.line();
    out.line(out.colors.bold(formatHeading(account, configuration, names)));
    const { shown, hidden } = foldQuiet(here, isQuiet);
    const rows = alignColumns(
      shown.map((each) => driftRow(each, out.colors)),
      out,
    );
    for (const [index, each] of shown.entries()) {
      out.line(rows[index]);
      const details = together.resources.has(each.resource) ? [] : detailLines(each, names, out);
      for (const line of [...details, ...unmanagedLines(each, out), ...graceLines(each, accounts, out)])
        out.line(`      ${line}`);
    }
    printHidden(out, hidden, 'equal resources');
  }
  const counts = countsOf(drifts);
  const parts = driftStatuses.filter((status) => counts[status] > 0);
  out.line();
  out.line(
    `${out.colors.bold('Drift:')} ${parts.map((each) => `${formatNumber(counts[each])} ${each}`).join(', ')}`,
  );
}

/** Whether the resource is as it should be, and nothing about it is to be told. */
const isQuiet = ({ status, foreign, unmanaged, holds = [] }: ResourceDrift): boolean =>
  status === 'equal' && foreign !== 'changed' && unmanaged === undefined && holds.length === 0;

function driftRow({ resource, status, foreign }: ResourceDrift, colors: Colors): readonly string[] {
  const { region, kind, id } = splitResourceKey(resource);
  const others = foreign === 'changed' && status !== 'unmanaged-change' ? ', unmanaged-change' : '';
  return [
    `${markOf(status, colors)} ${status}${others}`,
    getGrantKind(kind).title,
    colors.bold(id),
    colors.dim(region),
  ];
}

/** The lines that show how the actual policy differs from the desired policy. */
function detailLines(drift: ResourceDrift, names: AccountNames, out: Output): readonly string[] {
  const { status, differences, conflict, error } = drift;
  const width = getReadableWidth(out) - 6;
  if (error !== undefined)
    return wrapText(`${error.name}: ${error.message}`, width).map((line) => out.colors.red(line));
  if (status !== 'managed-drift' && status !== 'conflict') return [];
  const why = conflict === undefined ? [] : wrapText(formatConflict(conflict), width).map(out.colors.red);
  if (differences.length === 0) return [...why, out.colors.dim(leftOver)];
  return [
    ...why,
    ...formatDifferences(differences, { colors: out.colors, width, names, unfoldedBy: '--json' }),
  ];
}

const unmanagedLines = ({ unmanaged }: ResourceDrift, out: Output): readonly string[] =>
  unmanaged === undefined
    ? []
    : unmanaged.changes.flatMap((change) =>
        wrapText(unmanagedText(change, unmanaged.since), getReadableWidth(out) - 6).map(out.colors.yellow),
      );

const unmanagedText = ({ kind, label }: UnmanagedChange, since: string): string =>
  label === ''
    ? `an unmanaged statement ${kind} since ${since}`
    : `unmanaged: ${label} ${kind} since ${since}`;

function graceLines(
  { holds = [] }: ResourceDrift,
  accounts: OverallPlan['accounts'],
  out: Output,
): readonly string[] {
  const text = formatGracePeriods(holds, accounts);
  return text === undefined ? [] : wrapText(text, getReadableWidth(out) - 6).map(out.colors.dim);
}

function markOf(status: DriftStatus, { dim, yellow, red }: Colors): string {
  if (status === 'equal') return dim('=');
  if (status === 'pending' || status === 'unmanaged-change') return yellow('!');
  return red('✗');
}
