import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';

/** A server on the loopback, in a process of its own. */
export interface Server {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export interface ServerProgram {
  /** For messages. */
  readonly name: string;
  readonly file: string;
  /** Gets 0 if the program can choose a port, else a port that is free. */
  readonly argumentsFor: (port: number) => readonly string[];
  /** Whether port 0 makes the program choose a port. Default: no. */
  readonly choosesPort?: boolean;
  /** Finds the port in what the program prints to stderr as soon as it listens. */
  readonly announces: RegExp;
  /** Environment variables beside those of this process. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Where it runs. Default: here. */
  readonly folder?: string;
}

/** An executable file of the `PATH`. */
export const onPath = (name: string): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable);

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export const startupDeadline = 30_000;

/** How often a program that cannot choose a port is started again because another process took its port. */
const maxAttempts = 5;

class PortTakenError extends Error {}

/**
 * Starts a server of one's own. It ends with this process at the latest, even if this process is killed.
 *
 * The server is ready when it says that it listens. An answer at its port would prove less: it may come from another
 * server. A port that was free can be taken before the program listens there. If the program then prints "address
 * already in use", it is started again on another port, five times at most.
 * @throws Error with what the program printed, when it does not listen within 30 seconds
 */
export async function startServer(program: ServerProgram): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    const child = await startProcess(program);
    const release = endWithThisProcess(child);
    const stop = () => kill(child).finally(release);
    try {
      return { endpoint: `http://127.0.0.1:${await announcedPort(program, child)}`, stop };
    } catch (error) {
      await stop();
      if (!(error instanceof PortTakenError) || attempt === maxAttempts) throw error;
    }
  }
}

async function startProcess({ file, argumentsFor, choosesPort = false, folder, variables }: ServerProgram) {
  const port = choosesPort ? 0 : await freePort();
  return spawn(file, argumentsFor(port), {
    cwd: folder,
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/**
 * Kills the server when this process is gone. A process that is killed, or that a signal ends, runs no exit handlers.
 * So a shell in a session of its own waits until the pipe from this process closes.
 * @returns what ends the watch
 */
function endWithThisProcess({ pid }: ChildProcess): () => void {
  if (pid === undefined) return () => {};
  const watch = spawn('/bin/sh', ['-c', 'read -r _; kill -9 "$0"', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watch.unref();
  return () => {
    watch.kill('SIGKILL');
    watch.stdin.destroy();
  };
}

/** Resolves when the program listens. Reads what it prints until it ends, so that the pipe never fills up. */
function announcedPort({ name, announces }: ServerProgram, child: ChildProcess): Promise<string> {
  let printed = '';
  return new Promise<string>((resolve, reject) => {
    const failed = (why: string) => reject(new Error(`${name} did not start: ${why}\n${printed}`));
    const deadline = setTimeout(
      () => failed(`it did not listen within ${startupDeadline / 1000} seconds`),
      startupDeadline,
    );
    child.once('error', ({ message }) => failed(message));
    child.once('close', (code, signal) => failed(`it ended with ${code ?? signal}`));
    child.once('close', () => clearTimeout(deadline));
    child.stderr?.on('data', (text: Buffer) => {
      printed = `${printed}${text}`.slice(-4_000);
      const [, port] = announces.exec(printed) ?? [];
      // DynamoDB Local keeps running without a port.
      if (/address already in use/i.test(printed)) reject(new PortTakenError(`${name}: ${printed}`));
      else if (port !== undefined) resolve(port);
      else return;
      clearTimeout(deadline);
    });
  });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await ended;
  clearTimeout(impatience);
}

/** A port that was free a moment ago: the system does not hand it out again at once. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
}
