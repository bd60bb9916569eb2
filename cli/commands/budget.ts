import type { Command } from 'commander';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { getGrantKind } from '../../shared/grants/kinds.ts';
import { createAccountNames } from '../../shared/platform/account.ts';
import type { Capacity } from '../../shared/reconcile/capacity.ts';
import { formatSearchProblems } from '../../shared/reconcile/discover-resources.ts';
import type { OverallPlan } from '../../shared/reconcile/plan-all.ts';
import { type Measured, measure, toCapacityReport } from '../capacity-report.ts';
import {
  type CommandContext,
  type CommonOptions,
  createCommand,
  runAction,
  type Session,
} from '../command.ts';
import { readEverything } from '../environment.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { foldQuiet, printHidden } from '../fold.ts';
import { type Colors, formatCount, formatNumber, type Output, wrapText } from '../output.ts';
import { printHead } from '../plan-output.ts';
import { createPlanReport } from '../plan-report.ts';
import { formatHeading, sortAccounts } from '../run-output.ts';
import { splitResourceKey } from '../run-report.ts';
import { groupSharedErrors, type SharedErrors } from '../shared-errors.ts';
import { alignColumns } from '../table.ts';
import { getReadableWidth, printWarnings } from '../warnings.ts';

interface BudgetOptions extends CommonOptions {
  readonly simulate?: boolean;
}

export const createBudgetCommand = (context: CommandContext): Command =>
  createCommand('budget')
    .option('--simulate', 'use a simulated organization with onboarded accounts; needs no AWS')
    .action(runAction<BudgetOptions>(context, budget));

async function budget(options: BudgetOptions, session: Session): Promise<ExitCode> {
  const { configuration, environment, plan } = await readEverything(session, options);
  const measured = plan.resources
    .filter(({ desired }) => desired.shares.length > 0)
    .map((snapshot) => measure(snapshot, configuration));
  const { failed, unreadable } = plan.discovery;
  const incomplete =
    measured.some(({ error }) => error !== undefined) || failed.length + unreadable.length > 0;
  const status = incomplete ? 'incomplete' : 'complete';
  session.out.result({ status, resources: measured.map(toCapacityReport) });
  printHead(session.out, environment, createPlanReport(plan, []));
  const together = groupSharedErrors(measured);
  printBudgets(session.out, configuration, { measured, together, accounts: plan.accounts });
  printWarnings(session.out, [...together.lines, ...warningsOf(plan)]);
  return incomplete ? exitCodes.failed : exitCodes.succeeded;
}

const warningsOf = ({ discovery }: OverallPlan): readonly string[] => [
  ...formatSearchProblems(discovery),
  ...discovery.warnings,
];

interface PrintedBudgets extends Pick<OverallPlan, 'accounts'> {
  readonly measured: readonly Measured[];
  readonly together: SharedErrors;
}

function printBudgets(
  out: Output,
  configuration: Configuration,
  { measured, together, accounts }: PrintedBudgets,
): void {
  const names = createAccountNames(accounts);
  for (const account of sortAccounts(measured, configuration)) {
    const here = measured.filter(({ resource }) => splitResourceKey(resource).account === account);
    out.line();
    out.line(out.colors.bold(formatHeading(account, configuration, names)));
    const { shown, hidden } = foldQuiet(here, hasRoom);
    const rows = alignColumns(
      shown.map((each) => row(each, out.colors)),
      out,
    );
    for (const [index, { resource, error }] of shown.entries()) {
      out.line(rows[index]);
      if (error === undefined || together.resources.has(resource)) continue;
      for (const line of wrapText(`${error.name}: ${error.message}`, getReadableWidth(out) - 6))
        out.line(`      ${out.colors.red(line)}`);
    }
    printHidden(out, hidden, `resources with room for ${few} accounts or more`);
  }
  out.line();
  out.line(`${out.colors.bold('Budget:')} ${scarcest(measured)}`);
}

function row({ resource, budget }: Measured, colors: Colors): readonly string[] {
  const { region, kind, id } = splitResourceKey(resource);
  const name = [getGrantKind(kind).title, colors.bold(id), colors.dim(region)];
  if (budget === undefined) return [colors.red('✗'), ...name];
  const { size, limit, unit, packing, room, next } = budget;
  const full = `${formatNumber(size)} of ${formatNumber(limit)} ${unit}, ${Math.ceil((size / limit) * 100)} %`;
  const comes = [
    ...(packing === undefined ? [] : [packing]),
    ...(next === undefined ? [] : [`${next.packing} after ${formatNumber(next.after)} more`]),
    ...(room === undefined ? [] : ['then refused']),
  ];
  return [markOf(budget, colors), ...name, full, roomText(budget), colors.dim(comes.join(', '))];
}

const roomText = ({ room }: Capacity): string =>
  room === undefined ? 'no limit' : `${formatCount(room, 'account')} more`;

/** If the policy has room for fewer accounts than this, the command warns. */
const few = 20;

const hasRoom = ({ budget }: Measured): boolean => budget !== undefined && (budget.room ?? few) >= few;

const markOf = ({ room = Number.POSITIVE_INFINITY }: Capacity, { dim, yellow, red }: Colors): string => {
  if (room === 0) return red('✗');
  return room < few ? yellow('!') : dim('=');
};

function scarcest(measured: readonly Measured[]): string {
  const rooms = measured.flatMap(({ resource, budget }) =>
    budget?.room === undefined ? [] : [{ resource, room: budget.room }],
  );
  const [least] = rooms.sort((a, b) => a.room - b.room);
  if (least === undefined) return 'no resource lists accounts, so none can become full';
  return `${formatCount(least.room, 'account')} more until the first is full: ${least.resource}`;
}
