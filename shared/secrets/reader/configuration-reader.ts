import type { ConfigurationUnavailableError } from './errors.ts';

/** Validates a configuration and gives it a type: a zod schema, or any object with such a `parse`. */
export interface ConfigurationSchema<T> {
  parse(value: unknown): T;
}

export interface ConfigurationReader<T> {
  /**
   * Returns the configuration from memory. When the poll interval is over, it first calls AppConfig, once for all
   * waiting callers. If the call fails, the last valid configuration stays.
   * @throws ConfigurationUnavailableError if there was never a valid configuration
   */
  get(): Promise<T>;
  /** The configuration in memory, without a call. `undefined` before the first successful poll. */
  current(): T | undefined;
  /** For a process that runs for long: polls at each interval until the signal aborts. */
  keepFresh(signal: AbortSignal): Promise<void>;
}

export type ReaderEnvironment = Readonly<Record<string, string | undefined>>;

export interface EnvironmentReaderSettings<T> {
  /** The schema of the configuration's JSON. */
  readonly schema: ConfigurationSchema<T>;
  /** The external id, if the grant of the reader role requires one. */
  readonly externalId?: string;
  /** How many seconds to wait between two polls at least: 15 to 86,400. Default: 60. */
  readonly pollSeconds?: number;
  /** Called after a failed poll, if an earlier configuration stays in use. */
  readonly onTrouble?: (error: ConfigurationUnavailableError) => void;
  /** Default: `process.env`. */
  readonly env?: ReaderEnvironment;
}
