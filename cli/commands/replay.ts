import type { Message } from '@aws-sdk/client-sqs';
import type { Command } from 'commander';
import { recordFailedExecution } from '../../shared/runs/failed-execution.ts';
import { failedExecutionEvent } from '../../shared/runs/step-schemas.ts';
import { type CommandContext, createCommand, runAction, type Session } from '../command.ts';
import { canAsk, confirm } from '../confirm.ts';
import {
  type DeadLetter,
  type DeadLetterQueue,
  discardLetters,
  findDeadLetterQueue,
  parseEventLetter,
  receiveLetters,
  releaseLetters,
  replayLetters,
  startExecution,
} from '../dead-letters.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { parseFailureLetter } from '../failure-letters.ts';
import { type Installation, openInstallation } from '../installation.ts';
import { formatCount, shorten } from '../output.ts';
import type { RecordOptions } from '../records.ts';
import { UsageError } from '../usage-error.ts';

interface ReplayOptions extends RecordOptions {
  readonly queue?: string;
  readonly failures?: boolean;
  readonly message?: readonly string[];
  readonly discard?: boolean;
  readonly yes?: boolean;
}

export const createReplayCommand = (context: CommandContext): Command =>
  createCommand('replay')
    .option('--failures', 'failed executions without a record in place of events; record each')
    .option('--message <id...>', 'only these messages')
    .option('--discard', 'delete the messages and start nothing; needs --message')
    .option('--queue <url>', 'queue of dead letters (default: the queue of the stack)')
    .option('--yes', 'do not ask')
    .option('--simulate', 'use a simulated organization with onboarded accounts; needs no AWS')
    .action(
      runAction<ReplayOptions>(context, async (options, session) => {
        if (options.discard === true && options.message === undefined)
          throw new UsageError('--discard needs the messages that you have seen: --message ID');
        const mode = options.failures === true ? failures : events;
        return replay(await openInstallation(session, options), session, { ...options, mode });
      }),
    );

/** How to replay the dead letters of one queue: the messages that EventBridge or Lambda could not deliver. */
interface Mode {
  readonly queue: DeadLetterQueue;
  parse(message: Message, installation: string): DeadLetter;
  /** Returns the id of the run. A second replay of a letter changes nothing. */
  replay(installation: Installation, letter: DeadLetter): Promise<string>;
  readonly texts: {
    readonly none: string;
    readonly command: string;
    readonly done: string;
    question(count: number): string;
  };
}

const events: Mode = {
  queue: 'EventDeadLetters',
  parse: parseEventLetter,
  replay: ({ services }, letter) => startExecution(services.hub.sfn, letter),
  texts: {
    none: 'No event waits in the queue of dead letters.',
    command: 'To start the runs: onboarding replay --yes',
    done: 'started',
    question: (count) => `Start ${formatCount(count, 'run')}, and delete the messages?`,
  },
};

/**
 * Failed executions whose failure is not recorded. The replay starts no execution. It writes the missing record, which
 * lists the unresolved items.
 */
const failures: Mode = {
  queue: 'FailureDeadLetters',
  parse: parseFailureLetter,
  replay: async ({ services }, { input }) =>
    (await recordFailedExecution(services, failedExecutionEvent.parse(input))).runId,
  texts: {
    none: 'No failed execution waits in the queue of dead letters.',
    command: 'To record the failures: onboarding replay --failures --yes',
    done: 'recorded',
    question: (count) => `Record ${formatCount(count, 'failed run')}, and delete the messages?`,
  },
};

type ModeOptions = ReplayOptions & { readonly mode: Mode };

async function replay(installation: Installation, session: Session, options: ModeOptions): Promise<ExitCode> {
  const { sqs, name } = installation;
  const { mode } = options;
  const queue = options.queue ?? (await findDeadLetterQueue(sqs, name, mode.queue));
  const received = await receiveLetters(sqs, queue, (message) => mode.parse(message, name));
  const letters = received.filter(({ id }) => options.message?.includes(id) ?? true);
  const usable = letters.filter(({ problem }) => options.discard === true || problem === undefined);
  printLetters(session, letters, mode);
  if (usable.length === 0 || !(await isAgreed(session, usable.length, options))) {
    await releaseLetters(sqs, queue, received);
    return reportUnchanged(session, letters, mode);
  }
  await releaseLetters(
    sqs,
    queue,
    received.filter((letter) => !usable.includes(letter)),
  );
  if (options.discard === true) {
    await discardLetters({ sqs, queue }, usable);
    return reportReplayed(session, { letters, runs: [], mode, discarded: true });
  }
  const runs = await replayLetters({ sqs, queue }, usable, (letter) => mode.replay(installation, letter));
  return reportReplayed(session, { letters, runs, mode, discarded: false });
}

function printLetters({ out }: Session, letters: readonly DeadLetter[], { texts }: Mode): void {
  if (letters.length === 0) out.line(texts.none);
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
  { yes = false, discard = false, mode }: ModeOptions,
): Promise<boolean> {
  if (yes) return true;
  if (!canAsk(session)) return false;
  const question = discard ? `Delete ${formatCount(count, 'message')}?` : mode.texts.question(count);
  return confirm(session, question);
}

function reportUnchanged({ out }: Session, letters: readonly DeadLetter[], { texts }: Mode): ExitCode {
  out.result({ status: letters.length === 0 ? 'empty' : 'pending', messages: letters.map(toReport) });
  if (letters.length === 0) return exitCodes.succeeded;
  out.line(`Nothing was changed. ${texts.command}`);
  return exitCodes.changesPending;
}

const toReport = ({ receipt: _, ...letter }: DeadLetter) => letter;

interface Replayed {
  readonly letters: readonly DeadLetter[];
  readonly runs: readonly string[];
  readonly discarded: boolean;
  readonly mode: Mode;
}

function reportReplayed({ out }: Session, { letters, runs, discarded, mode }: Replayed): ExitCode {
  const left = discarded ? [] : letters.filter(({ problem }) => problem !== undefined);
  out.result({ status: discarded ? 'discarded' : 'replayed', runs, messages: letters.map(toReport) });
  if (discarded) out.line(`${formatCount(letters.length, 'message')} deleted. No run was started.`);
  for (const run of runs)
    out.line(`${out.colors.green('✓')} ${mode.texts.done}: onboarding status --run ${run}`);
  if (left.length > 0)
    out.line(
      out.colors.yellow(
        `${formatCount(left.length, 'message')} cannot be replayed. To delete: --discard --message ID`,
      ),
    );
  return left.length > 0 ? exitCodes.changesPending : exitCodes.succeeded;
}
