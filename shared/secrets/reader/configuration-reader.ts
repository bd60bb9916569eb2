import type { ConfigurationUnavailableError } from './errors.ts';

/** What checks a configuration and gives it its type: a zod schema, or anything with such a `parse`. */
export interface ConfigurationSchema<T> {
  parse(value: unknown): T;
}

export interface ConfigurationReader<T> {
  /**
   * The configuration. Answers from memory; asks AppConfig when the poll interval is over, once for all who wait, and
   * keeps the last good configuration where that fails.
   * @throws ConfigurationUnavailableError where there was never a good one
   */
  get(): Promise<T>;
  /** What is in memory, without asking; `undefined` before the first. */
  current(): T | undefined;
  /** Asks whenever the interval is over, until the signal: for a process that lives long. */
  keepFresh(signal: AbortSignal): Promise<void>;
}

export type ReaderEnvironment = Readonly<Record<string, string | undefined>>;

export interface EnvironmentReaderSettings<T> {
  /** What the configuration's JSON must be. */
  readonly schema: ConfigurationSchema<T>;
  /** If the grant of the reader role asks for one. */
  readonly externalId?: string;
  /** Seconds between two questions at least, 15 to 86,400. Default: 60. */
  readonly pollSeconds?: number;
  /** Is told of each failure after which an earlier configuration stays in use. */
  readonly onTrouble?: (error: ConfigurationUnavailableError) => void;
  /** Default: `process.env`. */
  readonly env?: ReaderEnvironment;
}
