import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A server on the loopback, in a process of its own. */
export interface Server {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export interface ServerProgram {
  /** For messages. */
  readonly name: string;
  readonly file: string;
  readonly argumentsFor: (port: number) => readonly string[];
  /** Where it runs. Default: here. */
  readonly folder?: string;
  /** Answers with any status once the server is ready. */
  readonly probe: string;
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

/** Starts a server of one's own. Rejects with what it printed when it does not answer within 30 seconds. */
export async function startServer(program: ServerProgram): Promise<Server> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const child = spawn(program.file, program.argumentsFor(port), {
    cwd: program.folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const stop = async () => {
    await kill(child);
    process.off('exit', killAtExit);
  };
  try {
    await untilAnswering(program, endpoint, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, stop };
}

async function untilAnswering(
  { name, probe }: ServerProgram,
  endpoint: string,
  child: ChildProcess,
): Promise<void> {
  let printed = '';
  let failure: string | undefined;
  child.stderr?.on('data', (text: Buffer) => {
    printed = `${printed}${text}`.slice(-4_000);
  });
  child.once('error', (error) => {
    failure = error.message;
  });
  child.once('exit', (code, signal) => {
    failure ??= `it ended with ${code ?? signal}`;
  });
  const deadline = Date.now() + startupDeadline;
  while (!(await answers(`${endpoint}${probe}`))) {
    if (Date.now() > deadline) failure ??= `no answer within ${startupDeadline / 1000} seconds`;
    if (failure !== undefined) throw new Error(`${name} did not start: ${failure}\n${printed}`);
    await delay(50);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await answer.body?.cancel();
    return answer.status < 500;
  } catch {
    return false;
  }
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
