import { relative, resolve } from 'node:path';
import { Command } from 'commander';
import { ResourceMissingError } from '../shared/platform/aws/errors.ts';
import { OnboardingError, toErrorRecord } from '../shared/platform/errors.ts';
import { explainAwsError, isAwsError } from './aws-errors.ts';
import { type ExitCode, getExitCode } from './exit-codes.ts';
import { createOutput, createOutputColors, fitText, getWidth, type Output } from './output.ts';
import type { Io } from './terminal.ts';

/** Options that every command has. */
export interface CommonOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

export interface Session {
  readonly io: Io;
  readonly out: Output;
  readonly verbose: boolean;
}

export type Action<Options> = (options: Options, session: Session) => Promise<ExitCode>;

/** What a command file needs to build its command. */
export interface CommandContext {
  readonly io: Io;
  /** Called once, with the exit code of the process. */
  end(code: ExitCode): void;
}

/** A sub-command with the common options. Its description is in `cli/command-list.ts`. */
export const createCommand = (
  name: string,
  defaultFile = 'ONBOARDING_CONFIG, then onboarding.yml',
): Command =>
  new Command(name)
    .option('-c, --config <file>', `configuration file (default: ${defaultFile})`)
    .option('--json', 'print one JSON object and no text')
    .option('--verbose', 'also print the log of the functions and the stack of an error');

/** Runs an action. An error is printed on stderr, and with `--json` also as the one object. */
export const runAction =
  <Options extends CommonOptions>({ io, end }: CommandContext, action: Action<Options>) =>
  async (options: Options): Promise<void> => {
    const out = createOutput(io, options.json === true);
    const verbose = options.verbose === true || (io.env.ONBOARDING_DEBUG ?? '') !== '';
    try {
      end(await action(options, { io, out, verbose }));
    } catch (error) {
      out.transient('');
      out.result({ status: 'failed', error: toErrorRecord(error) });
      printError(io, error, verbose);
      end(getExitCode(error));
    }
  };

function printError(io: Io, error: unknown, verbose: boolean): void {
  const { red } = createOutputColors(io.stderr, io.env);
  io.stderr.write(`${fitText(`${red('error:')} ${explained(error)}`, getWidth(io.stderr))}\n`);
  if (verbose && error instanceof Error) io.stderr.write(`${error.stack}\n`);
}

function explained(error: unknown): string {
  if (error instanceof ResourceMissingError && error.fields.service === 'dynamodb')
    return `${error.message.split(': ')[0]}: the table does not exist. Check ONBOARDING_TABLE and AWS_REGION`;
  if (error instanceof OnboardingError) return error.message;
  if (isAwsError(error)) return explainAwsError(error);
  return `unexpected: ${toErrorRecord(error).message}. Run again with --verbose, and report the output`;
}

/** The path of the configuration file, as the user typed it. */
export function getConfigurationFile({ config }: CommonOptions, { env, cwd }: Io): string {
  const named = config ?? (env.ONBOARDING_CONFIG || 'onboarding.yml');
  return relative(process.cwd(), resolve(cwd, named)) || named;
}
