import { readFile } from 'node:fs/promises';
import { Command, CommanderError } from 'commander';
import { toErrorRecord } from '../shared/platform/errors.ts';
import type { CommandContext } from './command.ts';
import { formatCommandHelp } from './command-help.ts';
import { commandList, listCommand, loadCommand } from './command-list.ts';
import { type ExitCode, exitCodes, exitCodeTable } from './exit-codes.ts';
import { createOutputColors, fitText, getWidth } from './output.ts';
import { packageDescription } from './package-files.ts';
import { alignColumns } from './table.ts';
import type { Io, OutputStream } from './terminal.ts';
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
    await (await program(context, argv)).parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    return misused(error, argv, io);
  }
}

/** Loads the command that an argument names. Of all other commands, only the names are needed, for `--help`. */
async function program(context: CommandContext, argv: readonly string[]): Promise<Command> {
  const root = new Command('onboarding')
    .description('Gives new AWS accounts their access to central accounts, and removes it when they close.')
    .version(await version(), '--version')
    .addHelpText('after', formatHelp(getHelpWidth(context.io.stdout)));
  // A completion script has the options of all commands.
  const all = argv.includes('completion');
  for (const listed of commandList) {
    const isLoaded = all || argv.includes(listed.name);
    const command = isLoaded ? await loadCommand(listed, context) : listCommand(listed);
    root.addCommand(
      command.addHelpText('after', formatCommandHelp(listed.name, getHelpWidth(context.io.stdout))),
    );
  }
  for (const command of [root, ...root.commands]) configured(command, context.io);
  return root;
}

/** Adds settings that Commander does not pass on to sub-commands. */
const configured = (command: Command, io: Io): Command =>
  command
    .exitOverride()
    .showHelpAfterError(`Run \`onboarding ${command.parent === null ? '' : `${command.name()} `}--help\``)
    .configureOutput({
      writeOut: (text) => io.stdout.write(fitHelp(text, io.stdout)),
      writeErr: (text) => io.stderr.write(fitHelp(text, io.stderr)),
      getOutHasColors: () => createOutputColors(io.stdout, io.env).isColorSupported,
      getErrHasColors: () => createOutputColors(io.stderr, io.env).isColorSupported,
      getOutHelpWidth: () => getHelpWidth(io.stdout),
      getErrHelpWidth: () => getHelpWidth(io.stderr),
    })
    .configureHelp({
      formatItem: (term, termWidth, description, { helpWidth = widestHelp }) =>
        alignColumns([[term.padEnd(termWidth), description]], { width: helpWidth }).join('\n'),
    });

/** Longer lines are hard to read. */
const widestHelp = 100;

const getHelpWidth = (stream: OutputStream): number => Math.min(getWidth(stream), widestHelp);

/** Wraps the help at the width of the terminal. Lines that people copy stay whole. */
const fitHelp = (text: string, stream: OutputStream): string =>
  text
    .split('\n')
    .map((line) => (/^ {2}(npx )?onboarding /.test(line) ? line : fitText(line, getWidth(stream))))
    .join('\n');

async function version(): Promise<string> {
  const text = await readFile(packageDescription, 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

const formatHelp = (width: number): string =>
  [
    '',
    'Start here (no AWS account is needed):',
    ...alignColumns(
      [
        ['npx onboarding demo', 'shows the life of a simulated account'],
        ['npx onboarding validate -c examples/onboarding.yml', 'checks a configuration'],
        ['npx onboarding plan --simulate -c examples/onboarding.yml', 'shows the changes, simulated'],
      ],
      { width },
    ),
    '',
    'Exit codes:',
    ...alignColumns(
      exitCodeTable.map(([code, meaning]) => [String(code).padStart(2), meaning]),
      { width },
    ),
  ].join('\n');

/** Handles invalid arguments. Commander has printed the text. With `--json`, the error is also printed as an object. */
function misused(error: unknown, argv: readonly string[], io: Io): ExitCode {
  if (!(error instanceof CommanderError)) throw error;
  if (error.exitCode === 0) return exitCodes.succeeded;
  if (/(^| )--(json|format[ =]json)( |$)/.test(argv.join(' '))) {
    const record = toErrorRecord(new UsageError(error.message.replace(/^error: /, '')));
    io.stdout.write(`${JSON.stringify({ status: 'failed', error: record }, null, 2)}\n`);
  }
  return exitCodes.usage;
}
