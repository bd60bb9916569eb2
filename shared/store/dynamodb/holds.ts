import * as z from 'zod';
import type { Hold } from '../holds.ts';
import { accountIdSchema, activationIdSchema, timeSchema } from './fields.ts';

const hold = <Change extends string, Reason extends string>(change: Change, reason: Reason) =>
  z.object({ accountId: accountIdSchema, change: z.literal(change), reason: z.literal(reason) });

const holdSchema: z.ZodType<Hold> = z.discriminatedUnion('reason', [
  hold('remove', 'grace-period').extend({ since: timeSchema }),
  hold('remove', 'removal-limit').extend({
    configurationHash: activationIdSchema,
    since: timeSchema.exactOptional(),
  }),
  hold('add', 'rejected-principal').extend({
    rejectedAt: timeSchema.exactOptional(),
    message: z.string().exactOptional(),
    ambiguous: z.literal(true).exactOptional(),
  }),
  hold('add', 'capacity'),
]);

export const holdsSchema = z.array(holdSchema);
