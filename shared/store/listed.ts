import type { ErrorRecord } from '../platform/errors.ts';

/** A list from the table, and an error that names each item of it that cannot be understood. */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly unreadable: readonly ErrorRecord[];
}
