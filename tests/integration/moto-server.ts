import { isExecutable, onPath, type Server, startServer } from './server-process.ts';

/**
 * An independent AWS on the loopback. Every account and region is there; who calls without assumed credentials
 * is account 123456789012, whatever the access key.
 */
export interface MotoServer extends Server {
  /** Forgets everything, in all accounts and regions. */
  reset(): Promise<void>;
}

/** What is missing, and how to get it; `undefined` if `moto_server` is there. */
export const missingMoto = (): string | undefined => (executable() === undefined ? motoAdvice : undefined);

const motoAdvice = "moto_server is missing: pip install 'moto[server]', or set MOTO_SERVER to the executable";

/** The file that MOTO_SERVER names, or one on the PATH. */
function executable(): string | undefined {
  const named = process.env.MOTO_SERVER;
  if (!named) return onPath('moto_server');
  return isExecutable(named) ? named : undefined;
}

/** Starts a server of one's own. Rejects with what moto printed when it does not listen within 30 seconds. */
export async function startMoto(): Promise<MotoServer> {
  const file = executable();
  if (file === undefined) throw new Error(motoAdvice);
  const { endpoint, stop } = await startServer({
    name: 'moto_server',
    file,
    argumentsFor: (port) => ['-H', '127.0.0.1', '-p', String(port)],
    choosesPort: true,
    announces: /Running on http:\/\/127\.0\.0\.1:(\d+)/,
    // No test uses them, and each account that asks for images would get hundreds.
    variables: { MOTO_EC2_LOAD_DEFAULT_AMIS: 'false' },
  });
  return { endpoint, stop, reset: () => reset(endpoint) };
}

async function reset(endpoint: string): Promise<void> {
  const answer = await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
  if (!answer.ok) throw new Error(`moto answered its reset with ${answer.status}`);
}
