/** Logs lines with a message for readers and fields for queries. The value of a secret must never be logged. */
export interface Logger {
  /** Adds fields to every later line, until `resetKeys`. Absent for loggers that several runs share. */
  appendKeys?(fields: object): void;
  resetKeys?(): void;
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}
