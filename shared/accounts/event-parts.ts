import * as z from 'zod';
import { type Finding, MalformedEventError } from '../platform/errors.ts';
import { toFindings } from '../platform/findings.ts';

/** A valid event for which nothing has to be done. */
export interface IgnoredEvent {
  readonly type: 'ignored';
  readonly reason: string;
  readonly eventName?: string;
}

export const ignoreEvent = (reason: string, eventName?: string): IgnoredEvent => ({
  type: 'ignored',
  reason,
  ...(eventName === undefined ? {} : { eventName }),
});

export const createMalformedEventError = (what: string, findings: readonly Finding[]): MalformedEventError =>
  new MalformedEventError(what, findings);

/** @throws MalformedEventError with all findings */
export function parseWith<T>(what: string, schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw createMalformedEventError(what, toFindings(result.error.issues));
}

/** CloudTrail's record in an event, with the fields that every reader needs. */
export const recordSchema = z.looseObject(
  {
    eventName: z.string({ error: 'must be the name of the CloudTrail event, such as "MoveAccount"' }),
    errorCode: z.string().nullish().catch(undefined),
    errorMessage: z.string().nullish().catch(undefined),
  },
  { error: 'must be the CloudTrail record of the event, an object' },
);

/**
 * Ignores calls that failed, which CloudTrail records as well (CloudTrail record contents: `errorCode` if the call
 * failed).
 */
export const ignoreFailedCall = ({
  eventName,
  errorCode,
  errorMessage,
}: z.infer<typeof recordSchema>): string =>
  `the call ${eventName} failed with ${errorCode}${errorMessage ? `: ${errorMessage}` : ''}`;
