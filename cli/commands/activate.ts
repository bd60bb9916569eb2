import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { loadConfiguration } from '../../shared/configuration/load.ts';
import { activateConfiguration } from '../../shared/run/activate.ts';
import {
  acting,
  type CommandContext,
  type CommonOptions,
  configurationFile,
  newCommand,
  type Session,
} from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { aligned } from '../output.ts';
import { connect } from '../services.ts';

interface ActivateOptions extends CommonOptions {
  readonly by?: string;
}

export const activateCommand = (context: CommandContext): Command =>
  newCommand('activate', "Make the configuration the one in force in the deployment's table.")
    .option('--by <name>', 'who activates it, for the record (default: the user of this machine)')
    .action(acting<ActivateOptions>(context, activate));

async function activate(options: ActivateOptions, session: Session): Promise<ExitCode> {
  const { out } = session;
  const file = configurationFile(options, session.io);
  const configuration = await loadConfiguration(file);
  const { services, where } = connect(session, { memoryAllowed: false });
  const by = options.by ?? personOf(session.io);
  const { inForce, previous } = await activateConfiguration(services, configuration, by);
  const changed = inForce.hash !== previous?.hash;
  out.result({ status: 'succeeded', changed, inForce: told(inForce), previous: told(previous) });
  out.line(out.colors.dim(`In ${where}`));
  out.line(`${out.colors.green('✓')} ${file} ${changed ? 'is now' : 'was already'} in force`);
  const rows = [...(changed ? [row('before', previous)] : []), row('in force', inForce)];
  for (const line of aligned(rows)) out.line(line);
  if (changed) out.line('  Policies are brought to it by the next run of each account: onboarding run');
  return exitCodes.succeeded;
}

type Told = { readonly hash: string; readonly activatedAt: string; readonly activatedBy: string };

/** Without the document. */
const told = (configuration: Told | undefined): Told | null =>
  configuration === undefined
    ? null
    : {
        hash: configuration.hash,
        activatedAt: configuration.activatedAt,
        activatedBy: configuration.activatedBy,
      };

const row = (label: string, configuration: Told | undefined): readonly string[] =>
  configuration === undefined
    ? [label, 'none']
    : [
        label,
        configuration.hash.slice(0, 12),
        `since ${configuration.activatedAt}`,
        `by ${configuration.activatedBy}`,
      ];

function personOf({ env }: Io): string {
  try {
    return env.ONBOARDING_USER || userInfo().username;
  } catch {
    return 'unknown';
  }
}
