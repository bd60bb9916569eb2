import * as z from 'zod';
import type { Hold, RecordedHold } from '../holds.ts';
import { accountIdSchema, activationIdSchema, timeSchema } from './fields.ts';

const hold = <Change extends string, Reason extends string>(change: Change, reason: Reason) =>
  z.object({ accountId: accountIdSchema, change: z.literal(change), reason: z.literal(reason) });

const gracePeriod = hold('remove', 'grace-period').extend({ since: timeSchema });

const otherHolds = [
  hold('remove', 'removal-limit').extend({
    activationId: activationIdSchema,
    since: timeSchema.exactOptional(),
  }),
  hold('add', 'rejected-principal').extend({
    rejectedAt: timeSchema.exactOptional(),
    message: z.string().exactOptional(),
    ambiguous: z.literal(true).exactOptional(),
  }),
  hold('add', 'capacity'),
] as const;

const holdSchema: z.ZodType<Hold> = z.discriminatedUnion('reason', [gracePeriod, ...otherHolds]);

const recordedHoldSchema: z.ZodType<RecordedHold> = z.discriminatedUnion('reason', [
  gracePeriod.extend({ until: timeSchema }),
  ...otherHolds,
]);

export const holdsSchema = z.array(holdSchema);

export const recordedHoldsSchema = z.array(recordedHoldSchema);
