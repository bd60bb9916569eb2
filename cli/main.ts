import { readFile } from 'node:fs/promises';
import { Command, CommanderError } from 'commander';
import { toErrorRecord } from '../shared/platform/errors.ts';
import type { CommandContext } from './command.ts';
import { createActivateCommand } from './commands/activate.ts';
import { createApplicationTemplateCommand } from './commands/application-template.ts';
import { createApplyCommand } from './commands/apply.ts';
import { createApproveCommand } from './commands/approve.ts';
import { createBudgetCommand } from './commands/budget.ts';
import { createCheckCommand } from './commands/check.ts';
import { createDemoCommand } from './commands/demo.ts';
import { createDoctorCommand } from './commands/doctor.ts';
import { createDriftCommand } from './commands/drift.ts';
import { createExplainCommand } from './commands/explain.ts';
import { createHistoryCommand } from './commands/history.ts';
import { createImportCommand } from './commands/import.ts';
import { createLocksCommand } from './commands/locks.ts';
import { createManagementTemplateCommand } from './commands/management-template.ts';
import { createMemberTemplateCommand } from './commands/member-template.ts';
import { createPlanCommand } from './commands/plan.ts';
import { createPublishCommand } from './commands/publish.ts';
import { createReplayCommand } from './commands/replay.ts';
import { createRunCommand } from './commands/run.ts';
import { createSpokeTemplateCommand } from './commands/spoke-template.ts';
import { createStartCommand } from './commands/start.ts';
import { createStatusCommand } from './commands/status.ts';
import { createSweepCommand } from './commands/sweep.ts';
import { createValidateCommand } from './commands/validate.ts';
import { createWhoCanCommand } from './commands/who-can.ts';
import { type ExitCode, exitCodes, exitCodeTable } from './exit-codes.ts';
import { alignColumns, createOutputColors } from './output.ts';
import type { Io } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** The command line. Throws nothing. @returns the exit code of the process */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = exitCodes.succeeded;
  const context: CommandContext = {
    io,
    end: (ended) => {
      code = ended;
    },
  };
  try {
    await (await program(context)).parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    return misused(error, argv, io);
  }
}

async function program(context: CommandContext): Promise<Command> {
  const root = new Command('onboarding')
    .description('Gives new AWS accounts their access to central accounts, and removes it when they close.')
    .version(await version(), '--version')
    .addHelpText('after', help);
  const commands = [
    createDemoCommand,
    createValidateCommand,
    createImportCommand,
    createActivateCommand,
    createPlanCommand,
    createApplyCommand,
    createApproveCommand,
    createDriftCommand,
    createCheckCommand,
    createExplainCommand,
    createWhoCanCommand,
    createBudgetCommand,
    createDoctorCommand,
    createStartCommand,
    createSweepCommand,
    createReplayCommand,
    createStatusCommand,
    createHistoryCommand,
    createLocksCommand,
    createRunCommand,
    createPublishCommand,
    createSpokeTemplateCommand,
    createApplicationTemplateCommand,
    createMemberTemplateCommand,
    createManagementTemplateCommand,
  ];
  for (const command of commands) root.addCommand(command(context));
  for (const command of [root, ...root.commands]) configured(command, context.io);
  return root;
}

/** Adds settings that Commander does not pass on to sub-commands. */
const configured = (command: Command, io: Io): Command =>
  command
    .exitOverride()
    .showHelpAfterError(`Run \`onboarding ${command.parent === null ? '' : `${command.name()} `}--help\``)
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHasColors: () => createOutputColors(io.stdout, io.env).isColorSupported,
      getErrHasColors: () => createOutputColors(io.stderr, io.env).isColorSupported,
      getOutHelpWidth: () => Math.min(io.stdout.columns ?? 100, 100),
      getErrHelpWidth: () => Math.min(io.stderr.columns ?? 100, 100),
    });

async function version(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

const help = [
  '',
  'Start here (no AWS account is needed):',
  ...alignColumns([
    ['npx onboarding demo', 'shows the life of a simulated account'],
    ['npx onboarding validate -c examples/onboarding.yml', 'checks a configuration'],
    ['npx onboarding plan --simulate -c examples/onboarding.yml', 'shows the changes, simulated'],
  ]),
  '',
  'Exit codes:',
  ...alignColumns(exitCodeTable.map(([code, meaning]) => [String(code).padStart(2), meaning])),
].join('\n');

/** Commander has printed the text for people. Machines get their object. */
function misused(error: unknown, argv: readonly string[], io: Io): ExitCode {
  if (!(error instanceof CommanderError)) throw error;
  if (error.exitCode === 0) return exitCodes.succeeded;
  if (argv.includes('--json')) {
    const record = toErrorRecord(new UsageError(error.message.replace(/^error: /, '')));
    io.stdout.write(`${JSON.stringify({ status: 'failed', error: record }, null, 2)}\n`);
  }
  return exitCodes.usage;
}
