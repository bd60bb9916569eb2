import * as z from 'zod';
import { type IgnoredEvent, ignoreEvent, ignoreFailedCall, parseWith, recordSchema } from './event-parts.ts';
import { accountIdSchema } from './schemas.ts';

/**
 * API calls that create or delete resources of one service, or change their tags. Grant kinds list these calls, so that
 * events about them start a search.
 */
export interface ResourceCalls {
  /** The source of the events, such as `aws.ecr`. */
  readonly source: string;
  /** The names of the calls, as CloudTrail's `eventName`. */
  readonly names: readonly string[];
}

/**
 * A call has created, deleted or tagged resources of one service in one account and region. Patterns of grants may
 * match other resources now, so the searches there must run again.
 */
export interface ResourceEvent {
  readonly type: 'resource';
  readonly place: { readonly accountId: string; readonly region: string; readonly source: string };
  readonly cause: 'resource';
}

/**
 * The detail type of events about API calls ("AWS service events delivered via AWS CloudTrail", EventBridge user
 * guide).
 */
export const apiCall = 'AWS API Call via CloudTrail';

const schema = z.looseObject({
  /**
   * The account and region of the call. They stay the same when a rule forwards the event to another account or region
   * (EventBridge user guide).
   */
  account: accountIdSchema,
  region: z
    .string({ error: 'must be the region of the call, such as "eu-west-1"' })
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, { error: 'must be an AWS region, such as "eu-west-1"' }),
  detail: recordSchema,
});

/**
 * Parses an event about one of the given `calls`.
 * @throws MalformedEventError with all findings
 */
export function parseResourceEvent(
  source: string,
  input: Readonly<Record<string, unknown>>,
  calls: readonly ResourceCalls[],
): ResourceEvent | IgnoredEvent {
  if (input['detail-type'] !== apiCall)
    return ignoreEvent(`an event of ${source} with another detail type than "${apiCall}"`);
  const { detail } = parseWith('The event', z.looseObject({ detail: recordSchema }), input);
  const { eventName } = detail;
  if (!calls.some((each) => each.source === source && each.names.includes(eventName)))
    return ignoreEvent(
      `${eventName} of ${source} does not change which resources match a pattern`,
      eventName,
    );
  if (detail.errorCode) return ignoreEvent(ignoreFailedCall(detail), eventName);
  const { account, region } = parseWith(`The event ${eventName}`, schema, input);
  return { type: 'resource', place: { accountId: account, region, source }, cause: 'resource' };
}
