import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { proxyTo } from './moto-proxy.ts';

/**
 * An independent AWS on the loopback. Every account and region is there; who calls without assumed credentials
 * is account 123456789012, whatever the access key.
 */
export interface MotoServer {
  readonly endpoint: string;
  /** Forgets everything, in all accounts and regions. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** Whether `moto_server` is there: the file that MOTO_SERVER names, or one on the PATH. */
export const motoAvailable = (): boolean => executable() !== undefined;

export const motoAdvice =
  "moto_server is missing: pip install 'moto[server]', or set MOTO_SERVER to the executable";

function executable(): string | undefined {
  const named = process.env.MOTO_SERVER;
  const candidates = named
    ? [named]
    : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'moto_server'));
  return candidates.find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export const startupDeadline = 30_000;

/** Starts a server of one's own. Rejects with what moto printed when it does not answer within 30 seconds. */
export async function startMoto(): Promise<MotoServer> {
  const file = executable();
  if (file === undefined) throw new Error(motoAdvice);
  const port = await freePort();
  const child = spawn(file, ['-H', '127.0.0.1', '-p', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const stopChild = async () => {
    await kill(child);
    process.off('exit', killAtExit);
  };
  try {
    await untilAnswering(`http://127.0.0.1:${port}`, child);
  } catch (error) {
    await stopChild();
    throw error;
  }
  const proxy = await proxyTo(port);
  return motoServer(proxy.endpoint, async () => {
    await proxy.close();
    await stopChild();
  });
}

const motoServer = (endpoint: string, stop: () => Promise<void>): MotoServer => ({
  endpoint,
  async reset() {
    const answer = await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
    if (!answer.ok) throw new Error(`moto answered its reset with ${answer.status}`);
  },
  stop,
});

async function untilAnswering(endpoint: string, child: ChildProcess): Promise<void> {
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
  while (!(await answers(endpoint))) {
    if (Date.now() > deadline) failure ??= `no answer within ${startupDeadline / 1000} seconds`;
    if (failure !== undefined) throw new Error(`moto_server did not start: ${failure}\n${printed}`);
    await delay(50);
  }
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    const { ok } = await fetch(`${endpoint}/moto-api/data.json`, { signal: AbortSignal.timeout(5_000) });
    return ok;
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
