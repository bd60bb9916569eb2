import * as z from 'zod';
import { type Finding, MalformedEventError } from '../errors.ts';
import { findingsOf } from './event-findings.ts';
import { type EventReader, eventReaders, ignoredEvents } from './event-readers.ts';
import { accountIdSchema } from './schemas.ts';

/** What made us look at an account. It says why a run started, never what the account is like. */
export type ChangeCause = EventReader['cause'] | 'manual';

/**
 * `member`: a person wants the account onboarded, so one that is closed or gone is an error. `any`: whatever
 * Organizations says is fine, and what is no longer due is taken back; so with every event, which may come late.
 */
export type Expectation = 'member' | 'any';

/** Accounts that something happened to: a reason to ask Organizations about them. */
export interface AccountChange {
  readonly type: 'change';
  /** Unique, in the order given, 1 to 100. */
  readonly accountIds: readonly string[];
  readonly cause: ChangeCause;
  readonly expect: Expectation;
  /** The id of EventBridge; the same for an event that is delivered twice. */
  readonly eventId?: string;
}

/** A resource of a central account was made or tagged: a reason to look for what patterns match there. */
export interface ResourceEvent {
  readonly type: 'resource';
  readonly cause: 'resource';
  readonly place: {
    readonly accountId: string;
    readonly region: string;
    /** Of the event: `aws.ecr`. */
    readonly source: string;
  };
}

/** An event that is understood and changes no account. */
export interface IgnoredEvent {
  readonly type: 'ignored';
  readonly reason: string;
  readonly eventName?: string;
}

/**
 * Reads an EventBridge event, or what a person gives: `{"accountId": "…"}` or `{"accountIds": ["…"]}`, with
 * `"expect": "member" | "any"` (default `member`).
 * @throws MalformedEventError with all findings, for what is neither, or an account event with parts missing
 */
export function parseAccountEvent(input: unknown): AccountChange | ResourceEvent | IgnoredEvent {
  if (!isObject(input)) throw malformed('The input', [{ path: '', message: neither }]);
  if (eventKeys.some((key) => key in input)) return parseEvent(input);
  return parseManual(input);
}

const neither =
  'must be an EventBridge event (an object with "source" and "detail"), {"accountId": "<12 digits>"} or ' +
  '{"accountIds": ["<12 digits>", …]}';

const eventKeys = ['source', 'detail', 'detail-type'];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const malformed = (what: string, findings: readonly Finding[]): MalformedEventError =>
  new MalformedEventError(what, findings);

function parsed<T>(what: string, schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw malformed(what, findingsOf(result.error.issues));
}

const manualSchema = z.strictObject(
  {
    accountId: accountIdSchema.optional(),
    accountIds: z
      .array(accountIdSchema, { error: 'must be a list of account ids, each a string of 12 digits' })
      .transform((ids) => [...new Set(ids)])
      .pipe(
        z
          .array(z.string())
          .min(1, { error: 'must name at least one account' })
          .max(100, { error: 'must name at most 100 accounts; start several runs for more' }),
      )
      .optional(),
    expect: z
      .enum(['member', 'any'], { error: 'must be "member" (to onboard) or "any" (to take back as well)' })
      .default('member'),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? 'is not known here; the keys are accountId or accountIds, and expect'
        : undefined,
  },
);

function parseManual(input: Readonly<Record<string, unknown>>): AccountChange {
  const hasOne = 'accountId' in input;
  if (!hasOne && !('accountIds' in input)) throw malformed('The input', [{ path: '', message: neither }]);
  const { accountId, accountIds, expect } = parsed('The manual input', manualSchema, input);
  if (accountId !== undefined && accountIds !== undefined)
    throw malformed('The manual input', [
      { path: 'accountIds', message: 'must not stand beside accountId: keep one of the two' },
    ]);
  return {
    type: 'change',
    accountIds: accountIds ?? (accountId === undefined ? [] : [accountId]),
    cause: 'manual',
    expect,
  };
}

const sourceSchema = z.looseObject({
  source: z.string({ error: 'must be the name of the event source, such as "aws.organizations"' }),
});

const envelopeSchema = z.looseObject({
  id: z.string().optional().catch(undefined),
  detail: z.looseObject(
    {
      eventName: z.string({ error: 'must be the name of the CloudTrail event, such as "MoveAccount"' }),
      errorCode: z.string().nullish().catch(undefined),
      errorMessage: z.string().nullish().catch(undefined),
    },
    { error: 'must be the CloudTrail record of the event, an object' },
  ),
});

function parseEvent(input: Readonly<Record<string, unknown>>): AccountChange | IgnoredEvent {
  const { source } = parsed('The event', sourceSchema, input);
  if (!sources.has(source)) return ignored(`an event of ${source}, which reports no change of an account`);
  const { id, detail } = parsed('The event', envelopeSchema, input);
  const reader = readerOf(detail.eventName);
  if (reader === undefined || reader.source !== source)
    return ignored(ignoredReason(source, detail.eventName), detail.eventName);
  if (detail.errorCode) return ignored(failedCall(detail), detail.eventName);
  const reading = readEvent(reader, detail.eventName, input);
  if ('ignored' in reading) return ignored(reading.ignored, detail.eventName);
  const { cause } = reader;
  return { type: 'change', ...reading, cause, expect: 'any', ...(id === undefined ? {} : { eventId: id }) };
}

const sources: ReadonlySet<string> = new Set(Object.values(eventReaders).map(({ source }) => source));

const readerOf = (eventName: string): EventReader | undefined =>
  Object.hasOwn(eventReaders, eventName) ? eventReaders[eventName] : undefined;

const ignored = (reason: string, eventName?: string): IgnoredEvent => ({
  type: 'ignored',
  reason,
  ...(eventName === undefined ? {} : { eventName }),
});

const ignoredReason = (source: string, eventName: string): string =>
  (Object.hasOwn(ignoredEvents, eventName) ? ignoredEvents[eventName] : undefined) ??
  `${eventName} of ${source} reports no change of an account`;

/** CloudTrail records failed calls as well (CloudTrail record contents: `errorCode` where the call failed). */
const failedCall = (detail: {
  readonly eventName: string;
  readonly errorCode?: string | null | undefined;
  readonly errorMessage?: string | null | undefined;
}): string =>
  `the call ${detail.eventName} failed with ${detail.errorCode}` +
  (detail.errorMessage ? `: ${detail.errorMessage}` : '');

type Reading = { readonly accountIds: readonly string[] } | { readonly ignored: string };

/** Both schemas are asked before anything is thrown, so that the findings are complete. */
function readEvent(reader: EventReader, eventName: string, input: unknown): Reading {
  const ending = reader.ignored?.safeParse(input);
  if (ending?.success && ending.data !== undefined) return { ignored: ending.data };
  const accountIds = reader.accountIds.safeParse(input);
  const issues = [...(ending?.error?.issues ?? []), ...(accountIds.error?.issues ?? [])];
  if (!accountIds.success || issues.length > 0) throw malformed(`The event ${eventName}`, findingsOf(issues));
  return { accountIds: accountIds.data };
}
