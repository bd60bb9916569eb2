import type { ErrorRecord } from '../platform/errors.ts';

/** The values of a list in the table, and an error for each item that cannot be understood. */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly unreadable: readonly ErrorRecord[];
}
