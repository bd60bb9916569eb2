import { type Command, Option } from 'commander';
import picocolors from 'picocolors';
import type { ActiveConfiguration } from '../../shared/configuration/active-configuration.ts';
import { loadConfiguration } from '../../shared/configuration/load.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { formatAccounts } from '../../shared/platform/account.ts';
import { type OverallPlan, toPlanFile } from '../../shared/reconcile/plan-all.ts';
import { isPendingApproval } from '../../shared/reconcile/required-approval.ts';
import { assumeActivated } from '../../shared/runs/activate.ts';
import { createPendingReport, type PendingReport, printPending } from '../approval-output.ts';
import {
  type CommandContext,
  type CommonOptions,
  createCommand,
  getConfigurationFile,
  runAction,
  type Session,
} from '../command.ts';
import {
  type CliEnvironment,
  openEnvironment,
  parseScope,
  planWithProgress,
  readAccountsIfNeeded,
  type ScopeOptions,
} from '../environment.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { formatPlanHtml } from '../plan-html.ts';
import { formatPlanMarkdown, type PlanPage } from '../plan-markdown.ts';
import { printHead, printPlan } from '../plan-output.ts';
import { createPlanReport, listPlanWarnings, type PlanReport } from '../plan-report.ts';
import { choosePlanned, isScoped, listScopeWarnings, type PlanScope, requireGrant } from '../plan-scope.ts';
import { UsageError } from '../usage-error.ts';
import { writeTexts } from '../write-text.ts';

const formats = ['text', 'json', 'markdown', 'html'] as const;

interface PlanOptions extends CommonOptions, ScopeOptions, PlanScope {
  readonly out?: string;
  readonly simulate?: boolean;
  readonly format?: (typeof formats)[number];
  readonly full?: boolean;
}

export const createPlanCommand = (context: CommandContext): Command =>
  createCommand('plan')
    .option('--account <id>', 'show only the changes for this account')
    .option('--all', 'show all changes (the default)')
    .option('--grant <name>', 'show only resources of this grant')
    .option('--resource <name>', 'show only this resource: its id, or KIND/ACCOUNT/REGION/ID')
    .option('--full', 'fold no list, and show each policy before and after')
    .addOption(
      new Option('--format <format>', 'how to print the plan: json is the same as --json').choices(formats),
    )
    .option('--out <file>', 'write the plan to a file for `apply --plan`')
    .option('--simulate', 'use a simulated organization without onboarded accounts; needs no AWS')
    .hook('preAction', (command) => {
      if (command.getOptionValue('format') === 'json') command.setOptionValue('json', true);
    })
    .action(runAction<PlanOptions>(context, plan));

async function plan(options: PlanOptions, session: Session): Promise<ExitCode> {
  const accountId = parseScope(options);
  requireCompatible(options);
  const configuration = await loadConfiguration(getConfigurationFile(options, session.io));
  requireGrant(configuration, options);
  const simulate = options.simulate === true;
  const opened = await openEnvironment(session, { configuration, simulate, memoryAllowed: 'anywhere' });
  if (options.out !== undefined) requireKept(opened, session);
  const environment = await readAccountsIfNeeded(opened, session);
  const active = await assumeActivated(environment.services.store, configuration);
  const whole = await planWithProgress(environment, session, { active, accountId });
  const overall = choosePlanned(whole, options);
  const warnings = [
    ...listScopeWarnings(whole, overall, options),
    ...(environment.noImport ? [noImportWarning] : []),
    ...(await listEnvironmentWarnings(environment, active)),
    ...(await waitingWarnings(environment, accountId)),
    ...listPlanWarnings(overall),
  ];
  const full = options.full === true;
  const report = { ...createPlanReport(overall, warnings, { full }), planHash: toPlanFile(whole).hash };
  const approval =
    accountId === undefined
      ? undefined
      : await createPendingReport(environment.services, overall.active, accountId);
  if (options.out !== undefined) writePlan(options.out, overall, session);
  session.out.result({
    ...report,
    ...(approval === undefined ? {} : { approval }),
    ...(options.out === undefined ? {} : { file: options.out }),
  });
  const formatPage = pageFormats[options.format ?? ''];
  if (formatPage !== undefined) {
    const page = { overall, report, full, notes: formatPending(session.out, approval) };
    session.out.verbatim(formatPage(page).trimEnd());
  } else {
    printHead(session.out, environment, report);
    printPlan(session.out, overall, warnings, { full, unfoldedBy: '--full' });
    if (approval !== undefined) printPending(session.out, approval);
    printFile(session, options.out, report);
  }
  return exitOf(report);
}

/** Checks that the options fit together. @throws UsageError */
function requireCompatible({ json, format = 'json', out, ...scope }: PlanOptions): void {
  if (json === true && format !== 'json')
    throw new UsageError(`Say --json or --format ${format}, and only one of them`);
  if (out !== undefined && isScoped(scope))
    throw new UsageError('--out writes the whole plan. Remove --grant and --resource');
}

/** Formats that print the plan as a whole page. */
const pageFormats: Readonly<Record<string, (page: PlanPage) => string>> = {
  markdown: formatPlanMarkdown,
  html: formatPlanHtml,
};

/** The lines about an account's approval, without colors. */
function formatPending(out: Output, approval: PendingReport | undefined): readonly string[] {
  const lines: string[] = [];
  const plain = { ...out, colors: picocolors.createColors(false), line: (text = '') => lines.push(text) };
  if (approval !== undefined) printPending(plain, approval);
  return lines.filter((line) => line !== '');
}

const exitOf = ({ status }: PlanReport): ExitCode =>
  ({
    'changes-pending': exitCodes.changesPending,
    'up-to-date': exitCodes.succeeded,
    incomplete: exitCodes.failed,
  })[status];

/** Rejects `--out` if the accounts were read into memory only: `apply` could not compare such a plan with the table. */
function requireKept({ inMemory, simulated }: CliEnvironment, { io }: Session): void {
  if (!inMemory || simulated || io.env.AWS_ENDPOINT_URL) return;
  throw new UsageError('--out needs the table: set ONBOARDING_TABLE');
}

function writePlan(file: string, overall: OverallPlan, { io }: Session): void {
  const text = `${JSON.stringify(toPlanFile(overall), null, 2)}\n`;
  writeTexts({ [file]: text }, io.cwd);
}

function printFile({ out }: Session, file: string | undefined, { planHash }: PlanReport): void {
  if (file === undefined) return;
  out.line(`${out.colors.green('✓')} written to ${file}, hash ${planHash.slice(0, 12)}`);
  out.line(`  To make these changes: onboarding apply --plan ${file}`);
}

/** The warning names at most this number of accounts. */
const maxWaiting = 20;

/** Names the accounts that wait for approval. A plan for one account prints more about its approval. */
async function waitingWarnings(
  { services: { store } }: CliEnvironment,
  accountId: string | undefined,
): Promise<readonly string[]> {
  if (accountId !== undefined) return [];
  const waiting = (await store.registry.listAccounts()).filter(isPendingApproval);
  if (waiting.length === 0) return [];
  const accounts = formatAccounts(waiting, maxWaiting);
  return [
    `Accounts that wait for approval get no access until an operator approves them: ${accounts}. List all: onboarding approve. See one: onboarding plan --account ID`,
  ];
}

const noImportWarning =
  "The registry of the installation's table is empty: no import has been completed. The accounts were read from " +
  'Organizations for this plan alone, and nothing was stored. Run `onboarding import` before you apply the plan';

/** Warnings about where the data of the plan came from, for example if the table was not read. */
async function listEnvironmentWarnings(
  { services, inMemory, simulated }: CliEnvironment,
  { hash }: ActiveConfiguration & { configuration: Configuration },
): Promise<readonly string[]> {
  if (simulated) return [];
  if (inMemory)
    return [
      "Without the installation's table, the plan does not know earlier writes: it shows no blocked removals, and it " +
        'reports statements of removed grants as clashes. To plan with the table, set ONBOARDING_TABLE',
    ];
  const stored = await services.store.configuration.getActive();
  if (stored?.hash === hash) return [];
  return ['This configuration is not the active one. Run `onboarding activate` before you apply the plan'];
}
