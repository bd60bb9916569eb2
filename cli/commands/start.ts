import type { Command } from 'commander';
import { parseAccountEvent } from '../../shared/accounts/account-event.ts';
import { listCallEvents } from '../../shared/grants/kinds.ts';
import { type CommandContext, createCommand, runAction, type Session } from '../command.ts';
import { createRunId } from '../environment.ts';
import { readEvent } from '../event-file.ts';
import type { ExitCode } from '../exit-codes.ts';
import { requireAccountId } from '../hub-options.ts';
import { openInstallation } from '../installation.ts';
import { nameAccounts, type RecordOptions } from '../records.ts';
import { startAndFollow } from '../start-execution.ts';
import { UsageError } from '../usage-error.ts';

interface StartOptions extends RecordOptions {
  readonly account?: readonly string[];
  readonly sync?: boolean;
  readonly event?: string;
  readonly name?: string;
  readonly wait?: boolean;
}

export const createStartCommand = (context: CommandContext): Command =>
  createCommand('start')
    .option('--account <id...>', 'accounts to bring to their desired state, up to 100')
    .option('--sync', 'accept accounts that are closed or gone, and remove their access')
    .option('-e, --event <file>', 'JSON file of an EventBridge event or input; - is the standard input')
    .option('--name <name>', 'name of the execution and id of the run (default: generated)')
    .option('--wait', 'show the progress until the run ends or waits for approval')
    .option('--simulate', 'use a simulated organization with onboarded accounts; needs no AWS')
    .action(runAction<StartOptions>(context, start));

async function start(options: StartOptions, session: Session): Promise<ExitCode> {
  const { name = createRunId('manual'), wait = false } = options;
  if (!/^[\w-]{2,64}$/.test(name))
    throw new UsageError(`--name ${name}: must be 2 to 64 letters, digits, - and _`);
  const input = await readInput(options, session);
  const event = parseAccountEvent(input, listCallEvents());
  const installation = await openInstallation(session, options);
  const ids = event.type === 'change' ? event.accountIds : [];
  const accounts = await nameAccounts(installation.services.store, ids);
  const subject = ids.length > 0 ? accounts.join(', ') : 'an event';
  const request = { machine: 'account-onboarding', runId: name, input, wait, subject } as const;
  return startAndFollow(installation, session, request);
}

async function readInput({ account, event, sync = false }: StartOptions, { io }: Session): Promise<unknown> {
  if ((account === undefined) === (event === undefined))
    throw new UsageError('Say --account ID or --event FILE, and only one of them');
  if (event !== undefined) return readEvent(event, io);
  for (const id of account ?? []) requireAccountId('--account', id);
  return { accountIds: account, ...(sync ? { mode: 'sync' } : {}) };
}
