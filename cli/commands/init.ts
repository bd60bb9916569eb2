import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Command } from 'commander';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { assumeActivated } from '../../shared/runs/activate.ts';
import {
  type CommandContext,
  type CommonOptions,
  createCommand,
  getConfigurationFile,
  runAction,
  type Session,
} from '../command.ts';
import { createRunId, planWithProgress } from '../environment.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import {
  askCentralAccounts,
  askInstallation,
  askOu,
  askProposals,
  askRegion,
  type GivenAnswers,
  requireAnswers,
} from '../init/answers.ts';
import { renderConfiguration } from '../init/document.ts';
import type { Answers, OrganizationFacts } from '../init/facts.ts';
import { createPrompts, type Prompts } from '../init/prompts.ts';
import { readCentralAccounts } from '../init/read-central.ts';
import { readOrganization } from '../init/read-organization.ts';
import { connectToAws, type InitWorld, simulateOrganization } from '../init/world.ts';
import { printHead, printPlan } from '../plan-output.ts';
import { createPlanReport, listPlanWarnings } from '../plan-report.ts';
import { prepareDeployment } from '../simulation.ts';
import type { Io } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { createFolder, writeWhole } from '../write-text.ts';

interface InitOptions extends CommonOptions, GivenAnswers {
  readonly role: string;
  readonly prefix: string;
  readonly force?: boolean;
  readonly simulate?: boolean;
}

/** The role that Organizations creates in each account that it creates (Organizations user guide). */
const defaultRole = 'OrganizationAccountAccessRole';

export const createInitCommand = (context: CommandContext): Command =>
  createCommand('init')
    .option('--installation <name>', 'answer: name of the installation, part of each Sid')
    .option(
      '--central <name=account>',
      'answer: central account by id or name, with @REGION if it has another region; may be repeated',
      (value: string, before: readonly string[]) => [...before, value],
      [],
    )
    .option('--region <region>', 'answer: region of the shared resources (default: AWS_REGION)')
    .option('--ou <path>', 'answer: the OU whose accounts get the grants')
    .option('--grants <names>', 'answer: suggested, all, none, or names of proposals with commas')
    .option('--role <name>', 'role that reads the central accounts', defaultRole)
    .option('--prefix <text>', 'propose only resources whose names begin with this text', '')
    .option('--force', 'replace the file if it exists')
    .option('--simulate', 'read a simulated organization; needs no AWS')
    .action(runAction<InitOptions>(context, init));

async function init(options: InitOptions, session: Session): Promise<ExitCode> {
  const { io, out } = session;
  const file = getConfigurationFile(options, io);
  if (options.force !== true) await requireAbsent(file);
  const prompts = createPrompts(session);
  const given = withRegion(options, io);
  if (prompts === undefined) requireAnswers(given);
  const world = options.simulate ? await simulateOrganization(session, options.role) : connectToAws(session);
  out.transient('  … Read the organization');
  const facts = await readOrganization(world.services.hub.organizations);
  out.transient('');
  const answers = await collectAnswers(facts, { given, options, session, world, prompts });
  const text = renderConfiguration(facts, answers);
  const configuration = parseConfiguration(text, file);
  writeNew(file, text, options.force === true);
  await handleSignals();
  out.line(`${out.colors.green('✓')} ${file} was written and is valid`);
  await showPlan(configuration, { file, answers, options, session, world });
  return exitCodes.succeeded;
}

/** Uses the region of the environment variables as an answer, so that init does not ask for it. */
const withRegion = (options: InitOptions, { env }: Io): InitOptions => {
  const region = options.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION);
  return region === undefined || region === '' ? options : { ...options, region };
};

interface Context {
  readonly options: InitOptions;
  readonly session: Session;
  readonly world: InitWorld;
}

async function collectAnswers(
  facts: OrganizationFacts,
  { given, options, session, world, prompts }: Context & { given: InitOptions; prompts: Prompts | undefined },
): Promise<Answers> {
  const installation = await askInstallation(given, prompts);
  const region = await askRegion(given, facts, prompts);
  const centralAccounts = await askCentralAccounts(given, facts, { region, installation, prompts });
  const ou = await askOu(given, facts, prompts);
  const { proposals, notes } = await readCentralAccounts({
    access: world.services.aws(createRunId('init'), { partition: facts.partition, spokeRole: options.role }),
    centralAccounts,
    partition: facts.partition,
    prefix: options.prefix,
    onProgress: session.out.transient,
  });
  session.out.transient('');
  const chosen = await askProposals(given, proposals, prompts);
  return { installation, centralAccounts, ou, proposals, chosen, notes };
}

/**
 * Shows the plan. It reads policies with the role that `--role` names, because the spoke role does not exist in the
 * central accounts yet. The plan is the same with any role that may read.
 */
async function showPlan(
  configuration: Configuration,
  { file, answers, options, session, world }: Context & { file: string; answers: Answers },
): Promise<void> {
  const planned = { ...configuration, spokeRole: options.role };
  await prepareDeployment(world.services, planned);
  const active = await assumeActivated(world.services.store, planned);
  const environment = { ...world, inMemory: true, simulated: options.simulate === true };
  const overall = await planWithProgress(environment, session, { active, accountId: undefined });
  const warnings = [...answers.notes, ...listPlanWarnings(overall)];
  const report = createPlanReport(overall, warnings);
  session.out.result({ status: 'succeeded', file, plan: report });
  session.out.line();
  printHead(session.out, environment, report);
  printPlan(session.out, overall, warnings);
  printNext(session, file, answers);
}

function printNext({ out }: Session, file: string, { centralAccounts }: Answers): void {
  const [first] = centralAccounts;
  out.line();
  out.line(out.colors.bold('Next'));
  out.line(`  1. Read ${file}: each grant has a comment that says why.`);
  out.line(`  2. Print the role of a central account: onboarding spoke-template ${first?.name} -c ${file}`);
  out.line('  3. Deploy the hub: docs/getting-started.md#3-deploy-it');
}

/**
 * Lets a Ctrl-C that came during a write end the command. Node handles signals between two callbacks of `setImmediate`
 * ("The Node.js Event Loop", phase poll).
 */
async function handleSignals(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

async function requireAbsent(file: string): Promise<void> {
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  if (exists) throw createExistsError(file);
}

const createExistsError = (file: string): UsageError =>
  new UsageError(
    `${file} exists already, and was not changed. Name another file with --config, or replace it with --force`,
  );

function writeNew(file: string, text: string, force: boolean): void {
  createFolder(dirname(file), '.');
  if (!writeWhole(file, text, { replace: force })) throw createExistsError(file);
}
