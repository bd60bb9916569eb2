import type { Command } from 'commander';
import { type CommandContext, createCommand, runAction, type Session } from '../command.ts';
import { canAsk, confirm } from '../confirm.ts';
import {
  type DeadLetter,
  discardLetters,
  findDeadLetterQueue,
  receiveLetters,
  releaseLetters,
  replayLetters,
} from '../dead-letters.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type Installation, openInstallation } from '../installation.ts';
import { formatCount, shorten } from '../output.ts';
import type { RecordOptions } from '../records.ts';
import { UsageError } from '../usage-error.ts';

interface ReplayOptions extends RecordOptions {
  readonly queue?: string;
  readonly message?: readonly string[];
  readonly discard?: boolean;
  readonly yes?: boolean;
}

export const createReplayCommand = (context: CommandContext): Command =>
  createCommand('replay')
    .option('--message <id...>', 'only these messages')
    .option('--discard', 'delete the messages and start nothing; needs --message')
    .option('--queue <url>', 'queue of dead letters (default: the queue of the stack)')
    .option('--yes', 'do not ask')
    .option('--simulate', 'use a simulated organization with onboarded accounts; needs no AWS')
    .action(
      runAction<ReplayOptions>(context, async (options, session) => {
        if (options.discard === true && options.message === undefined)
          throw new UsageError('--discard needs the messages that you have seen: --message ID');
        return replay(await openInstallation(session, options), session, options);
      }),
    );

async function replay(
  installation: Installation,
  session: Session,
  options: ReplayOptions,
): Promise<ExitCode> {
  const { sqs } = installation;
  const queue = options.queue ?? (await findDeadLetterQueue(sqs, installation.name));
  const received = await receiveLetters(sqs, queue, installation.name);
  const letters = received.filter(({ id }) => options.message?.includes(id) ?? true);
  const usable = letters.filter(({ problem }) => options.discard === true || problem === undefined);
  printLetters(session, letters);
  if (usable.length === 0 || !(await isAgreed(session, usable.length, options))) {
    await releaseLetters(sqs, queue, received);
    return reportUnchanged(session, letters);
  }
  await releaseLetters(
    sqs,
    queue,
    received.filter((letter) => !usable.includes(letter)),
  );
  if (options.discard === true) {
    await discardLetters({ sqs, queue }, usable);
    return reportReplayed(session, { letters, runs: [], discarded: true });
  }
  const runs = await replayLetters(installation.services.hub.sfn, { sqs, queue }, usable);
  return reportReplayed(session, { letters, runs, discarded: false });
}

function printLetters({ out }: Session, letters: readonly DeadLetter[]): void {
  if (letters.length === 0) out.line('No event waits in the queue of dead letters.');
  for (const { id, sentAt, target, cause, input, problem } of letters) {
    out.line(`${out.colors.bold(id)}  ${sentAt}  ${target?.split(':').at(-1) ?? 'no target'}`);
    out.line(`    ${shorten(JSON.stringify(input ?? null), 160)}`);
    out.line(`    Not delivered: ${cause}`);
    if (problem !== undefined) out.line(out.colors.red(`    Cannot be replayed: ${problem}`));
  }
}

async function isAgreed(
  session: Session,
  count: number,
  { yes = false, discard = false }: ReplayOptions,
): Promise<boolean> {
  if (yes) return true;
  if (!canAsk(session)) return false;
  const question = discard
    ? `Delete ${formatCount(count, 'message')}?`
    : `Start ${formatCount(count, 'run')}, and delete the messages?`;
  return confirm(session, question);
}

function reportUnchanged({ out }: Session, letters: readonly DeadLetter[]): ExitCode {
  out.result({ status: letters.length === 0 ? 'empty' : 'pending', messages: letters.map(toReport) });
  if (letters.length === 0) return exitCodes.succeeded;
  out.line('Nothing was changed. To start the runs: onboarding replay --yes');
  return exitCodes.changesPending;
}

const toReport = ({ receipt: _, ...letter }: DeadLetter) => letter;

interface Replayed {
  readonly letters: readonly DeadLetter[];
  readonly runs: readonly string[];
  readonly discarded: boolean;
}

function reportReplayed({ out }: Session, { letters, runs, discarded }: Replayed): ExitCode {
  const left = discarded ? [] : letters.filter(({ problem }) => problem !== undefined);
  out.result({ status: discarded ? 'discarded' : 'replayed', runs, messages: letters.map(toReport) });
  if (discarded) out.line(`${formatCount(letters.length, 'message')} deleted. No run was started.`);
  for (const run of runs) out.line(`${out.colors.green('✓')} started: onboarding status --run ${run}`);
  if (left.length > 0)
    out.line(
      out.colors.yellow(
        `${formatCount(left.length, 'message')} cannot be replayed. To delete: --discard --message ID`,
      ),
    );
  return left.length > 0 ? exitCodes.changesPending : exitCodes.succeeded;
}
