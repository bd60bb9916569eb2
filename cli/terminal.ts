import type { Services } from '../shared/reconcile/services.ts';
import type { Store } from '../shared/store/ports.ts';
import type { SimulatedOrganization } from '../simulator/organization.ts';

export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface InputStream extends AsyncIterable<string | Uint8Array> {
  readonly isTTY?: boolean | undefined;
}

/** The input and output of a command, besides AWS. A test passes its own. */
export interface Io {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly stdin: InputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /**
   * Calls a listener at the first Ctrl-C, or when the reader of the output ends. The next Ctrl-C ends the process.
   * @returns a function that removes the listener
   */
  readonly onInterrupt?: (listener: () => void) => () => void;
  /** A change of a simulated organization before the command reads it. Default: nothing. */
  readonly prepareWorld?: (organization: SimulatedOrganization) => void;
  /** The store of a simulated organization. Default: a new one in memory. */
  readonly createStore?: (organization: SimulatedOrganization) => Store;
  /** External changes in a simulated organization after onboarding. Default: nothing. */
  readonly outsiders?: (organization: SimulatedOrganization, services: Services) => unknown;
}

/** The terminal of this process. It has no `onInterrupt`, because listening for Ctrl-C changes the whole process. */
export const processIo = (): Io => ({
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  cwd: process.cwd(),
});
