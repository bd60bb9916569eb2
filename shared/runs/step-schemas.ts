import * as z from 'zod';
import { importCountsSchema, importCursorSchema } from '../accounts/import-cursor.ts';
import { accountIdPattern } from '../platform/account.ts';
import { readinessSchema } from '../store/readiness.ts';
import { memberCheckCursorSchema, memberRoleCountsSchema } from './member-check-cursor.ts';

/**
 * The schemas of data that state machines pass from step to step. It has only ids and small numbers, because a state
 * has at most 256 KiB.
 */
const runId = z.string().min(1);
const startedAt = z.string();

const caught = z.object({ Error: z.string(), Cause: z.string().optional() });

const accounts = z.array(
  z.object({ accountId: z.string(), revision: z.number().optional(), error: caught.optional() }),
);

const updates = z.array(z.object({ centralAccount: z.string(), error: caught.optional() }));

export const startInput = z.object({ runId, startedAt, input: z.unknown() });
export const registerInput = z.object({
  runId,
  accountId: z.string(),
  mode: z.enum(['onboard', 'sync']),
  /** Whether to take a turn for a later attempt, because AWS throttled this one. */
  takesTurn: z.boolean().default(false),
  waitedSeconds: z.number().default(0),
});
const place = z.object({ accountId: z.string(), region: z.string(), source: z.string() });

export const planInput = z.object({
  runId,
  cause: z.string(),
  accounts,
  place: place.nullable().default(null),
});
export const requestApprovalInput = z.object({
  runId,
  startedAt,
  token: z.string().min(1),
  execution: z.string(),
  accounts: z.array(z.object({ accountId: z.string() })),
  seconds: z.int().positive(),
});
export const updateInput = z.object({
  runId,
  revision: z.number(),
  centralAccount: z.string().min(1),
  accountId: z.string().regex(accountIdPattern),
});
/**
 * An execution that began under an earlier version of this project has no `waitedSeconds`. It does not wait for member
 * roles.
 */
export const verifyInput = z.object({ runId, accounts, waitedSeconds: z.number().optional() });
/** An execution that began under an earlier version of this project may have no `readiness`. */
export const verificationSchema = z.object({
  verified: z.number(),
  missing: z.array(z.string()),
  readiness: readinessSchema.optional(),
  waiting: z.boolean().default(false),
  waitSeconds: z.number().default(0),
  waitedSeconds: z.number().default(0),
});
export const finishInput = z.object({
  runId,
  startedAt,
  mode: z.enum(['onboard', 'sync']),
  accounts,
  verification: verificationSchema,
  updates,
});
export const failInput = z.object({ runId, startedAt, failure: caught });

export const sweepStartInput = z.object({ runId, startedAt });
export const importSliceInput = z.object({ runId, cursor: importCursorSchema });
export const memberCheckInput = z.object({ runId, cursor: memberCheckCursorSchema.nullable() });
/** An execution that began under an earlier version of this project has no `memberRoles`. */
export const sweepFinishInput = z.object({
  runId,
  startedAt,
  import: z.object({ counts: importCountsSchema }),
  updates,
  memberRoles: z.object({ counts: memberRoleCountsSchema.optional(), error: caught.optional() }).default({}),
});

/** The event "Step Functions Execution Status Change" (Step Functions developer guide, "Events"). */
export const failedExecutionEvent = z.object({
  detail: z.object({
    name: z.string(),
    status: z.enum(['FAILED', 'TIMED_OUT', 'ABORTED']),
    /** Milliseconds since the epoch. */
    startDate: z.number(),
    error: z.string().nullish(),
    cause: z.string().nullish(),
  }),
});
