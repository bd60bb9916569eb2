import * as z from 'zod';

/** The schemas of data that the state machine config-deployment passes from step to step: only ids and times. */
const runId = z.string().min(1);
const key = { source: z.string(), id: z.string() };
const caught = z.object({ Error: z.string(), Cause: z.string().optional() });

export const resolveInput = z.object({ runId, startedAt: z.iso.datetime(), input: z.unknown() });
export const advanceInput = z.object({ runId, ...key });
export const finishInput = z.object({
  runId,
  startedAt: z.string(),
  deliveries: z.array(z.object({ ...key, error: caught.optional() })),
  problems: z.array(z.string()),
  warnings: z.array(z.string()),
});
