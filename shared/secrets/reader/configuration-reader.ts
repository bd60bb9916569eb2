import type { ConfigurationUnavailableError } from './errors.ts';

/** Checks a configuration and gives it a type. A zod schema, or any object with such a `parse`. */
export interface ConfigurationSchema<T> {
  parse(value: unknown): T;
}

export interface ConfigurationReader<T> {
  /**
   * Returns the configuration from memory. When the poll interval is over, it first asks AppConfig, with one call for
   * all callers that wait. If the call fails, the last valid configuration is returned.
   * @throws ConfigurationUnavailableError if there was never a valid configuration
   */
  get(): Promise<T>;
  /** The configuration in memory. Sends no call. `undefined` before the first successful poll. */
  current(): T | undefined;
  /** For a process that runs for a long time: polls at each interval until the signal aborts. */
  keepFresh(signal: AbortSignal): Promise<void>;
}

export type ReaderEnvironment = Readonly<Record<string, string | undefined>>;

export interface EnvironmentReaderSettings<T> {
  /** Checks the JSON of the configuration, and gives it a type. */
  readonly schema: ConfigurationSchema<T>;
  /** The external id, if the trust policy of the reader role requires one. */
  readonly externalId?: string;
  /** The shortest time between two polls, in seconds: 15 to 86,400. Default: 60. */
  readonly pollSeconds?: number;
  /** Called after a poll that failed, while an earlier configuration stays in use. */
  readonly onTrouble?: (error: ConfigurationUnavailableError) => void;
  /** The environment variables. Default: `process.env`. */
  readonly env?: ReaderEnvironment;
}
