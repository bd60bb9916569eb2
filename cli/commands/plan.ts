import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ActiveConfiguration } from '../../shared/configuration/active-configuration.ts';
import { loadConfiguration } from '../../shared/configuration/load.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { formatAccount } from '../../shared/platform/account.ts';
import { type OverallPlan, toPlanFile } from '../../shared/reconcile/plan-all.ts';
import { isPendingApproval } from '../../shared/reconcile/required-approval.ts';
import { assumeActivated } from '../../shared/runs/activate.ts';
import { createPendingReport, printPending } from '../approval-output.ts';
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
import { printHead, printPlan } from '../plan-output.ts';
import { createPlanReport, listPlanWarnings, type PlanReport } from '../plan-report.ts';
import { UsageError } from '../usage-error.ts';

interface PlanOptions extends CommonOptions, ScopeOptions {
  readonly out?: string;
  readonly simulate?: boolean;
}

export const createPlanCommand = (context: CommandContext): Command =>
  createCommand('plan')
    .option('--account <id>', 'show only the changes for this account')
    .option('--all', 'show all changes (the default)')
    .option('--out <file>', 'write the plan to a file for `apply --plan`')
    .option('--simulate', 'use a simulated organization without onboarded accounts; needs no AWS')
    .action(runAction<PlanOptions>(context, plan));

async function plan(options: PlanOptions, session: Session): Promise<ExitCode> {
  const accountId = parseScope(options);
  const configuration = await loadConfiguration(getConfigurationFile(options, session.io));
  const simulate = options.simulate === true;
  const opened = await openEnvironment(session, { configuration, simulate, memoryAllowed: 'anywhere' });
  if (options.out !== undefined) requireKept(opened, session);
  const environment = await readAccountsIfNeeded(opened, session);
  const active = await assumeActivated(environment.services.store, configuration);
  const overall = await planWithProgress(environment, session, { active, accountId });
  const warnings = [
    ...(environment.noImport ? [noImportWarning] : []),
    ...(await listEnvironmentWarnings(environment, active)),
    ...(await waitingWarnings(environment, accountId)),
    ...listPlanWarnings(overall),
  ];
  const report = createPlanReport(overall, warnings);
  const approval =
    accountId === undefined
      ? undefined
      : await createPendingReport(environment.services, overall.active, accountId);
  if (options.out !== undefined) await writePlan(options.out, overall, session);
  session.out.result({
    ...report,
    ...(approval === undefined ? {} : { approval }),
    ...(options.out === undefined ? {} : { file: options.out }),
  });
  printHead(session.out, environment, report);
  printPlan(session.out, overall, warnings);
  if (approval !== undefined) printPending(session.out, approval);
  printFile(session, options.out, report);
  return exitOf(report);
}

const exitOf = ({ status }: PlanReport): ExitCode =>
  ({
    'changes-pending': exitCodes.changesPending,
    'up-to-date': exitCodes.succeeded,
    incomplete: exitCodes.failed,
  })[status];

/** `apply` compares a plan with the table's registry. It cannot check a plan whose registry was in memory only. */
function requireKept({ inMemory, simulated }: CliEnvironment, { io }: Session): void {
  if (!inMemory || simulated || io.env.AWS_ENDPOINT_URL) return;
  throw new UsageError('--out needs the table: set ONBOARDING_TABLE');
}

async function writePlan(file: string, overall: OverallPlan, { io }: Session): Promise<void> {
  const text = `${JSON.stringify(toPlanFile(overall), null, 2)}\n`;
  await writeFile(resolve(io.cwd, file), text).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} cannot be written (${error.code})`);
  });
}

function printFile({ out }: Session, file: string | undefined, { planHash }: PlanReport): void {
  if (file === undefined) return;
  out.line(`${out.colors.green('✓')} written to ${file}, hash ${planHash.slice(0, 12)}`);
  out.line(`  To make these changes: onboarding apply --plan ${file}`);
}

/** Names all accounts that wait for approval. A plan for one account prints more about its approval. */
async function waitingWarnings(
  { services: { store } }: CliEnvironment,
  accountId: string | undefined,
): Promise<readonly string[]> {
  if (accountId !== undefined) return [];
  const waiting = (await store.registry.listAccounts()).filter(isPendingApproval);
  if (waiting.length === 0) return [];
  const ids = waiting.map(formatAccount).join(', ');
  return [
    `Accounts that wait for approval get no access until an operator approves them: ${ids}. See one: onboarding plan --account ID`,
  ];
}

const noImportWarning =
  "The registry of the installation's table is empty: no import has been completed. The accounts were read from " +
  'Organizations for this plan alone, and nothing was stored. Run `onboarding import` before you apply the plan';

/** Warnings about the data of the plan. */
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
