import type { ConfigurationUnavailableError } from './errors.ts';

/** Checks a configuration and gives it its type: a zod schema, or any object with such a `parse`. */
export interface ConfigurationSchema<T> {
  parse(value: unknown): T;
}

export interface ConfigurationReader<T> {
  /**
   * The configuration. Answers from memory. When the poll interval is over, it calls AppConfig once for all waiting
   * callers. If the call fails, it keeps the last good configuration.
   * @throws ConfigurationUnavailableError if there was never a good one
   */
  get(): Promise<T>;
  /** The configuration in memory, without a call. `undefined` before the first. */
  current(): T | undefined;
  /** Polls at each interval until the signal aborts: for a long-lived process. */
  keepFresh(signal: AbortSignal): Promise<void>;
}

export type ReaderEnvironment = Readonly<Record<string, string | undefined>>;

export interface EnvironmentReaderSettings<T> {
  /** The required form of the configuration's JSON. */
  readonly schema: ConfigurationSchema<T>;
  /** If the grant of the reader role requires an external id. */
  readonly externalId?: string;
  /** The least number of seconds between two polls, 15 to 86,400. Default: 60. */
  readonly pollSeconds?: number;
  /** Called after each failure that leaves an earlier configuration in use. */
  readonly onTrouble?: (error: ConfigurationUnavailableError) => void;
  /** Default: `process.env`. */
  readonly env?: ReaderEnvironment;
}
