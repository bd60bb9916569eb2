import * as z from 'zod';
import type { MemberRoleCounts } from '../store/ports.ts';
import { accessStatuses } from '../store/readiness.ts';
import { memberRoleStatuses } from '../store/run-ports.ts';

/** How far a check of member roles has come. The state machine passes it from one call of the function to the next. */
export interface MemberCheckCursor {
  /** The id of the last checked account. Empty before the first. */
  readonly after: string;
  /** The registry's revision when the check began. */
  readonly revision: number;
  /** Accounts that the next check must include, up to a limit. */
  readonly again: readonly string[];
  /** How many lines this check has added to the record. */
  readonly lines: number;
  readonly counts: MemberRoleCounts;
}

export const memberRoleCountsSchema: z.ZodType<MemberRoleCounts> = z.object({
  accounts: z.number(),
  roles: z.partialRecord(z.enum(memberRoleStatuses), z.number()),
  accesses: z.partialRecord(z.enum(accessStatuses), z.number()),
});

export const memberCheckCursorSchema: z.ZodType<MemberCheckCursor> = z.object({
  after: z.string(),
  revision: z.number(),
  again: z.array(z.string()),
  lines: z.number(),
  counts: memberRoleCountsSchema,
});

/** Adds counts by name: `{ equal: 2 }` and `{ equal: 1, missing: 1 }` give `{ equal: 3, missing: 1 }`. */
export const addCounts = <Name extends string>(
  before: Readonly<Partial<Record<Name, number>>>,
  names: readonly Name[],
): Partial<Record<Name, number>> => {
  const sum: Partial<Record<Name, number>> = { ...before };
  for (const name of names) sum[name] = (sum[name] ?? 0) + 1;
  return sum;
};
