import type { Services } from '../shared/reconcile/services.ts';
import type { SimulatedOrganization } from '../simulator/organization.ts';

export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface InputStream extends AsyncIterable<string | Uint8Array> {
  readonly isTTY?: boolean | undefined;
}

/** Everything that a command reads from and writes to, beside AWS: a test passes its own. */
export interface Io {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly stdin: InputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Calls a listener at the first Ctrl-C; the next one ends the process. @returns what takes the listener back */
  readonly onInterrupt?: (listener: () => void) => () => void;
  /** What happens to a simulated organization before it is looked at. Default: nothing. */
  readonly prepareWorld?: (organization: SimulatedOrganization) => void;
  /** What outsiders do in a simulated organization once everybody is onboarded. Default: nothing. */
  readonly outsiders?: (organization: SimulatedOrganization, services: Services) => unknown;
}

export const processIo = (): Io => ({
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  cwd: process.cwd(),
  onInterrupt: (listener) => {
    process.once('SIGINT', listener);
    return () => process.off('SIGINT', listener);
  },
});
