import * as z from 'zod';
import { type Finding, MalformedEventError } from '../platform/errors.ts';
import { toFindings } from '../platform/findings.ts';

/** A valid event that changes nothing for this project, so that no run is needed. */
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

/** Parses a value with a schema. @throws MalformedEventError that names every mistake */
export function parseWith<T>(what: string, schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw createMalformedEventError(what, toFindings(result.error.issues));
}

/** The part of CloudTrail's record that every event reader needs. */
export const recordSchema = z.looseObject(
  {
    eventName: z.string({ error: 'must be the name of the CloudTrail event, such as "MoveAccount"' }),
    errorCode: z.string().nullish().catch(undefined),
    errorMessage: z.string().nullish().catch(undefined),
  },
  { error: 'must be the CloudTrail record of the event, an object' },
);

/**
 * Ignores calls that failed, because they changed nothing. CloudTrail records them too, with an `errorCode` (CloudTrail
 * record contents).
 */
export const ignoreFailedCall = ({
  eventName,
  errorCode,
  errorMessage,
}: z.infer<typeof recordSchema>): string =>
  `the call ${eventName} failed with ${errorCode}${errorMessage ? `: ${errorMessage}` : ''}`;
