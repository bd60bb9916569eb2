import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Command } from 'commander';
import { requireActive } from '../../shared/configuration/active-configuration.ts';
import { hashConfiguration } from '../../shared/configuration/context.ts';
import { loadConfiguration } from '../../shared/configuration/load.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { createAccountNames, formatAccountId } from '../../shared/platform/account.ts';
import { applyPlan, type HeldByRun } from '../../shared/reconcile/apply-plan.ts';
import { type OverallPlan, toPlanFile } from '../../shared/reconcile/plan-all.ts';
import {
  type PlanContent,
  type PlanFile,
  parsePlanFile,
  requireSameOrigin,
  requireUnchanged,
} from '../../shared/reconcile/plan-file.ts';
import {
  type CommandContext,
  type CommonOptions,
  createCommand,
  getConfigurationFile,
  runAction,
  type Session,
} from '../command.ts';
import { canAsk, confirm } from '../confirm.ts';
import { getCurrentUser } from '../current-user.ts';
import {
  type CliEnvironment,
  createRunId,
  openEnvironment,
  parseScope,
  planWithProgress,
  type ScopeOptions,
} from '../environment.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { formatCount } from '../output.ts';
import { printHead, printPlan } from '../plan-output.ts';
import { countPlan, createPlanReport, listPlanWarnings } from '../plan-report.ts';
import { printRun } from '../run-output.ts';
import { createRunReport } from '../run-report.ts';
import { forgetCalls } from '../simulation.ts';
import type { Io } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

interface ApplyOptions extends CommonOptions, ScopeOptions {
  readonly plan?: string;
  readonly yes?: boolean;
  readonly simulate?: boolean;
}

export const createApplyCommand = (context: CommandContext): Command =>
  createCommand('apply')
    .option('--plan <file>', 'make exactly the changes of this `plan --out` file; does not ask')
    .option('--account <id>', 'change only resources that need a change for this account')
    .option('--all', 'change all resources (the default)')
    .option('--yes', 'do not ask')
    .option('--simulate', 'use a simulated organization without onboarded accounts; needs no AWS')
    .action(runAction<ApplyOptions>(context, apply));

async function apply(options: ApplyOptions, session: Session): Promise<ExitCode> {
  const scope = parseScope(options);
  requireOneWay(options, session);
  const configuration = await loadConfiguration(getConfigurationFile(options, session.io));
  const file = options.plan === undefined ? undefined : await readPlan(options.plan, session.io);
  if (file !== undefined) requireSameOrigin(file, originOf(configuration));
  const simulate = options.simulate === true;
  const environment = await openEnvironment(session, { configuration, simulate, memoryAllowed: true });
  const active = await requireActive(environment.services.store, configuration);
  const replan = (seen: PlanContent | undefined) => {
    const also = new Set(seen?.resources.map(({ key }) => key));
    return planWithProgress(environment, session, {
      active,
      accountId: file?.accountId ?? scope,
      also,
      keep: true,
    });
  };
  const plan = await replan(file);
  if (file !== undefined) requireUnchanged(file, toPlanFile(plan));
  const decided = { environment, plan, shown: file === undefined };
  printDecided(session, decided);
  if (nothingToDo(plan)) return endWithNothing(session, plan);
  if (file === undefined && options.yes !== true) {
    if (!(await confirm(session, 'Make these changes?'))) return declined(session);
    // While the operator was deciding, another operator may have applied the plan.
    const shown = toPlanFile(plan);
    const now = await replan(shown);
    requireUnchanged(shown, toPlanFile(now));
    return applyOn(session, { ...decided, plan: now });
  }
  return applyOn(session, decided);
}

const originOf = (configuration: Configuration) => ({
  installation: configuration.installation,
  configurationHash: hashConfiguration(configuration),
});

/** Checks that the options fit together. @throws UsageError before anything is read */
function requireOneWay({ plan, account, all, yes }: ApplyOptions, session: Session): void {
  if (plan !== undefined && (account !== undefined || all === true))
    throw new UsageError('--plan FILE already selects the changes. Remove --account and --all');
  if (plan === undefined && yes !== true && !canAsk(session))
    throw new UsageError(
      'The command cannot ask, because there is no terminal. Add --yes, or apply a reviewed plan with --plan FILE',
    );
}

async function readPlan(file: string, { cwd }: Io): Promise<PlanFile> {
  const text = await readFile(resolve(cwd, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} cannot be read (${error.code})`);
  });
  return parsePlanFile(text, file);
}

interface Decided {
  readonly environment: CliEnvironment;
  readonly plan: OverallPlan;
  /** Whether to print the plan. A plan from a file was printed before, when the operator made it. */
  readonly shown: boolean;
}

function printDecided(session: Session, { environment, plan, shown }: Decided): void {
  printHead(session.out, environment, createPlanReport(plan, []));
  if (!shown) return;
  const { accountId, ...whole } = plan;
  if (accountId !== undefined)
    session.out.line(
      session.out.colors.dim(
        `Resources that need a change for account ${formatAccountId(accountId, createAccountNames(plan.accounts))}. Each one also gets its changes for other accounts`,
      ),
    );
  printPlan(session.out, whole, listPlanWarnings(plan));
}

function nothingToDo(plan: OverallPlan): boolean {
  const { change, failed } = countPlan(plan);
  return change === 0 && failed === 0;
}

function endWithNothing({ out }: Session, plan: OverallPlan): ExitCode {
  const waits = countPlan(plan).blockedRemovals > 0;
  const reason = `Nothing to do: ${waits ? 'only blocked removals are pending' : 'every resource is up to date'}`;
  out.result({
    status: 'succeeded',
    reason,
    resources: [],
    unresolved: [],
    calls: {},
    durationMs: 0,
    warnings: listPlanWarnings(plan),
  });
  out.line();
  out.line(`${out.colors.bold(out.colors.green('succeeded'))}: ${reason}`);
  return exitCodes.succeeded;
}

function declined({ out }: Session): ExitCode {
  out.line('Nothing was changed.');
  return exitCodes.changesPending;
}

async function applyOn(session: Session, { environment, plan }: Decided): Promise<ExitCode> {
  const { out } = session;
  const { services, calls } = environment;
  const runId = createRunId('apply');
  forgetCalls(calls);
  const start = performance.now();
  const interruption = watchInterruption(session);
  await applyPlan(services, {
    runId,
    plan,
    startedBy: `${getCurrentUser(session.io)}@${hostname()}`,
    onProgress: ({ done, of }) => out.transient(`  … ${done} of ${formatCount(of, 'resource')} done`),
    onWait: (held) => out.note(waitText(held)),
    isInterrupted: interruption.happened,
  }).finally(interruption.unwatch);
  const durationMs = Math.round(performance.now() - start);
  const result = { status: 'SUCCEEDED', states: [] } as const;
  const ended = await createRunReport(services.store, { runId, result, calls, durationMs });
  out.result(ended.report);
  out.line();
  out.line(out.colors.bold(`Run ${runId}`));
  printRun(out, plan.active.configuration, { ...ended, differences: false });
  if (ended.report.status !== 'failed') return exitCodes.succeeded;
  return interruption.happened() ? exitCodes.interrupted : exitCodes.failed;
}

/** `Waiting for run apply-…, started by ana@laptop, which holds 2 resources until … at the latest` */
const waitText = ({ runId, startedBy, until, resources }: HeldByRun): string =>
  `Waiting for run ${runId}${startedBy === undefined ? '' : `, started by ${startedBy}`}. It holds ` +
  `${resources.length === 1 ? resources[0] : formatCount(resources.length, 'resource')} until ${until} at the latest`;

/** At the first Ctrl-C, writes in progress are finished. At the second, the process ends at once. */
function watchInterruption({ io, out }: Session) {
  let interrupted = false;
  const unwatch = io.onInterrupt?.(() => {
    interrupted = true;
    out.note('Interrupted: finishing the writes that have begun. Press Ctrl-C again to end at once');
  });
  return { happened: () => interrupted, unwatch: () => unwatch?.() };
}
