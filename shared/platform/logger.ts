/** Structured logs: a message for people, fields for machines. Logs never contain a secret's value. */
export interface Logger {
  /** Adds fields to every line until `resetKeys`. Absent for loggers that several runs share. */
  appendKeys?(fields: object): void;
  resetKeys?(): void;
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}
