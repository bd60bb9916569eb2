import type { ErrorRecord } from '../platform/errors.ts';

/** The values of all valid items in a list of the table, and one error for each malformed item. */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly unreadable: readonly ErrorRecord[];
}
