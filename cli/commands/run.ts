import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Command } from 'commander';
import { parseAccountEvent } from '../../shared/accounts/account-event.ts';
import { loadConfiguration } from '../../shared/configuration/load.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import type { ConfiguredSearch } from '../../shared/configuration/searches.ts';
import { listCallEvents } from '../../shared/grants/kinds.ts';
import { type AccountNames, formatAccountId } from '../../shared/platform/account.ts';
import type { CallCounts } from '../../shared/platform/aws/plugins.ts';
import { canAffectSearch } from '../../shared/reconcile/discover-resources.ts';
import type { Services } from '../../shared/reconcile/services.ts';
import { addExampleMatches } from '../../simulator/example-finds.ts';
import { explainNotStarted, type FunctionInterceptor, runLocally } from '../../simulator/local-deployment.ts';
import { printGain } from '../approval-output.ts';
import {
  type CommandContext,
  type CommonOptions,
  createCommand,
  getConfigurationFile,
  runAction,
  type Session,
} from '../command.ts';
import { isDeploymentInput } from '../deployment-input.ts';
import { runDeployment } from '../deployment-run.ts';
import { readEvent } from '../event-file.ts';
import { applyEvent, prepareOrganization } from '../event-world.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { formatCount, type Output } from '../output.ts';
import { createProgress } from '../progress.ts';
import { readAccountNames } from '../records.ts';
import { printRun } from '../run-output.ts';
import { createRunReport, type RunReport } from '../run-report.ts';
import { connectForRun, createLogger } from '../services.ts';
import { passTime } from '../simulated-time.ts';
import { createSimulation, forgetCalls, onboardEveryone, prepareDeployment } from '../simulation.ts';
import { UsageError } from '../usage-error.ts';

interface RunOptions extends CommonOptions {
  readonly event?: string;
  readonly simulate?: boolean;
  readonly name?: string;
}

export const createRunCommand = (context: CommandContext): Command =>
  createCommand('run')
    .option('-e, --event <file>', 'required: JSON file of the event or input; - is the standard input')
    .option('--simulate', 'use a simulated organization that fits the event; needs no AWS')
    .option('--name <name>', 'name of the execution and id of the run (default: generated)')
    .action(runAction<RunOptions>(context, runForEvent));

async function runForEvent(options: RunOptions, session: Session): Promise<ExitCode> {
  const runId = nameOf(options);
  if (options.event === undefined)
    throw new UsageError('--event is missing. Use --event FILE, or --event - for the standard input');
  const configuration = await loadConfiguration(getConfigurationFile(options, session.io));
  const input = await readEvent(options.event, session.io);
  if (await isDeploymentInput(input))
    return runDeployment({ runId, input, configuration, simulate: options.simulate === true }, session);
  const event = parseAccountEvent(input, listCallEvents());
  const reason = await whyNotStarted(event, input);
  if (reason !== undefined) return ignored(session, runId, reason);

  const environment = options.simulate
    ? await simulated(session, configuration, { event, input })
    : await connected(session, configuration, { runId, event });
  return runOn(environment, session, { runId, input, configuration, event });
}

type Event = ReturnType<typeof parseAccountEvent>;

/** Names of executions, in the form that Step Functions and role sessions accept. */
function nameOf({ name }: RunOptions): string {
  if (name === undefined)
    return `local-${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}-${randomBytes(3).toString('hex')}`;
  if (/^[\w-]{2,64}$/.test(name)) return name;
  throw new UsageError(`--name ${name}: must be 2 to 64 letters, digits, - and _`);
}

/**
 * Why the EventBridge rules would start no run for this event. `undefined` if they would, or if the input is not an
 * event.
 */
async function whyNotStarted(event: Event, input: unknown): Promise<string | undefined> {
  if (event.type === 'change' && event.cause === 'manual') return undefined;
  const reason = await explainNotStarted(input);
  if (reason === undefined) return undefined;
  return event.type === 'ignored' ? event.reason : reason;
}

function ignored({ out }: Session, runId: string, reason: string): ExitCode {
  const report: RunReport = {
    status: 'ignored',
    runId,
    reason,
    resources: [],
    unresolved: [],
    calls: {},
    durationMs: 0,
  };
  out.result(report);
  out.line(`${out.colors.bold(out.colors.yellow('ignored'))}: ${reason}`);
  return exitCodes.succeeded;
}

const exitOf = ({ status }: RunReport): ExitCode =>
  ({
    succeeded: exitCodes.succeeded,
    ignored: exitCodes.succeeded,
    failed: exitCodes.failed,
    'waiting-for-approval': exitCodes.changesPending,
  })[status];

/** A run on an operator's own computer ends when it requests approval, because nothing waits there for the answer. */
function printWaiting(out: Output, { approval }: RunReport, inMemory: boolean): void {
  if (approval === undefined) return;
  printGain(out, approval.difference);
  out.line();
  out.line(
    inMemory
      ? '  A simulated run cannot be approved: nothing is kept after this command'
      : `  To approve: ${approval.command}. Then run this command again`,
  );
}

/** What the state machine runs on: AWS or a simulation. */
interface RunEnvironment {
  readonly services: Services;
  readonly calls: CallCounts;
  readonly where: string;
  /** `real`: retries wait as they do on AWS. `none`: they do not wait. */
  readonly waits: 'none' | 'real';
  readonly around?: FunctionInterceptor;
  readonly names: AccountNames;
  /** Whether the accounts are in memory only, so that nothing is kept after the command. */
  readonly inMemory: boolean;
}

async function simulated(
  session: Session,
  configuration: Configuration,
  { event, input }: { event: Event; input: unknown },
): Promise<RunEnvironment> {
  const isNew = (search: ConfiguredSearch) =>
    event.type === 'resource' && canAffectSearch(search, event.place);
  const simulation = createSimulation(configuration, {
    logger: createLogger(session),
    finds: (search) => !isNew(search),
  });
  const { organization, services, calls } = simulation;
  const context = { organization, configuration, input };
  session.io.prepareWorld?.(organization);
  if (event.type === 'change') prepareOrganization(context, event);
  await prepareDeployment(services, configuration);
  await onboardEveryone(simulation);
  if (event.type === 'change') applyEvent(context, event);
  addExampleMatches(organization, configuration, isNew);
  forgetCalls(calls);
  const size = formatCount(organization.world.accounts.size, 'account');
  const where = `a simulated organization of ${size}`;
  const names = (id: string) => organization.world.accounts.get(id)?.name;
  return { services, calls, where, waits: 'none', around: passTime(services), inMemory: true, names };
}

async function connected(
  session: Session,
  configuration: Configuration,
  { runId, event }: Pick<Execution, 'runId' | 'event'>,
): Promise<RunEnvironment> {
  const connection = await connectForRun(session, configuration, runId);
  const names = await readAccountNames(connection.services.store, listAccountIds(event));
  return { ...connection, names, waits: connection.inMemory ? 'none' : 'real' };
}

interface Execution {
  readonly runId: string;
  readonly input: unknown;
  readonly configuration: Configuration;
  readonly event: Event;
}

async function runOn(
  { services, calls, where, inMemory, names, ...how }: RunEnvironment,
  { out }: Session,
  { runId, input, configuration, event }: Execution,
): Promise<ExitCode> {
  out.line(`${out.colors.bold(`Run ${runId}`)}: ${subjectOf(event, names)}`);
  out.line(out.colors.dim(`In ${where}`));
  out.line();
  const onState = createProgress(out, 'account-onboarding', names);
  const start = performance.now();
  const result = await runLocally({ services, name: runId, input, onState, ...how });
  const durationMs = Math.round(performance.now() - start);
  const ended = await createRunReport(services.store, { runId, result, calls, durationMs });
  out.result(ended.report);
  printRun(out, configuration, ended);
  printWaiting(out, ended.report, inMemory);
  return exitOf(ended.report);
}

const listAccountIds = (event: Event): readonly string[] =>
  event.type === 'change' ? event.accountIds : event.type === 'resource' ? [event.place.accountId] : [];

function subjectOf(event: Event, names: AccountNames): string {
  const accounts = listAccountIds(event)
    .map((id) => formatAccountId(id, names))
    .join(', ');
  if (event.type === 'change') return `${accounts}, ${event.cause}`;
  if (event.type === 'ignored') return 'no account';
  const { source, region } = event.place;
  return `resources of ${source} that patterns match in ${accounts}, ${region}`;
}
