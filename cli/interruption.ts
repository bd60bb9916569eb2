import { exitCodes } from './exit-codes.ts';

/** The parts of the process that an interruption needs. */
interface InterruptedProcess {
  on(event: 'SIGINT', listener: () => void): unknown;
  exit(code: number): void;
  readonly stdout: InterruptedOutput;
  readonly stderr: InterruptedOutput;
}

interface InterruptedOutput {
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

type Watch = (listener: () => void) => () => void;

/**
 * Ends the process at Ctrl-C, and when the program that reads its output ends, as in `onboarding run | head`. A command
 * that writes can change that: it finishes the writes in progress at the first Ctrl-C, and the second ends the process.
 * @returns a function that adds a command's listener, and returns a function that removes the listener again
 */
export function handleInterruptions(running: InterruptedProcess): Watch {
  let listener: (() => void) | undefined;
  let isClosed = false;
  const interrupt = (end: () => void): void => {
    const call = listener ?? end;
    listener = undefined;
    call();
  };
  running.on('SIGINT', () => interrupt(() => endAtSignal(running)));
  for (const output of [running.stdout, running.stderr])
    output.on('error', (error) => {
      if (error.code !== 'EPIPE') throw error;
      // The pipe is closed once. But each further write to it gives another error, which is ignored.
      if (!isClosed) interrupt(() => running.exit(exitCodes.succeeded));
      isClosed = true;
    });
  return (added) => {
    listener = added;
    return () => {
      if (listener === added) listener = undefined;
    };
  };
}

/** Clears the line that shows the progress, because it does not end with a line break. */
function endAtSignal(running: InterruptedProcess): void {
  if (running.stdout.isTTY === true) running.stdout.write('\r\x1b[2K');
  running.exit(exitCodes.interrupted);
}
