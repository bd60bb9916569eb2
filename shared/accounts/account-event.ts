import * as z from 'zod';
import { toFindings } from '../platform/findings.ts';
import {
  createMalformedEventError,
  type IgnoredEvent,
  ignoreEvent,
  ignoreFailedCall,
  parseWith,
  recordSchema,
} from './event-parts.ts';
import { type EventReader, eventReaders, ignoredEvents } from './event-readers.ts';
import { parseResourceEvent, type ResourceCalls, type ResourceEvent } from './resource-event.ts';
import { accountIdSchema } from './schemas.ts';

export type { IgnoredEvent, ResourceCalls, ResourceEvent };

/** Why a run reads an account from Organizations. The cause never says in what state the account is. */
export type ChangeCause = EventReader['cause'] | 'manual';

/**
 * What a run does if the account is not a member of the organization. `onboard`: the run fails, because an operator
 * expects to onboard the account. `sync`: the run removes the account's access. Runs for events use `sync`, because an
 * event may arrive after the account has left.
 */
export type RunMode = 'onboard' | 'sync';

/** The accounts that an event or an operator names. The run reads them from Organizations. */
export interface AccountChange {
  readonly type: 'change';
  /** 1 to 100 ids, each once, in the given order. */
  readonly accountIds: readonly string[];
  readonly cause: ChangeCause;
  readonly mode: RunMode;
  /** EventBridge's id of the event. EventBridge may deliver an event twice: then both have the same id. */
  readonly eventId?: string;
}

/**
 * Parses an EventBridge event, or an operator's input: `{"accountId": "…"}` or `{"accountIds": ["…"]}`, with `"mode":
 * "onboard" | "sync"` (default `onboard`). With `calls`, events about these calls to resources are accepted as well.
 * @throws MalformedEventError with all findings, for any other input, or for a relevant event with missing parts
 */
export function parseAccountEvent(
  input: unknown,
  calls: readonly ResourceCalls[] = [],
): AccountChange | ResourceEvent | IgnoredEvent {
  if (!isObject(input)) throw createMalformedEventError('The input', [{ path: '', message: neither }]);
  if (eventKeys.some((key) => key in input)) return parseEvent(input, calls);
  return parseManual(input);
}

const neither =
  'must be an EventBridge event (an object with "source" and "detail"), {"accountId": "<12 digits>"} or ' +
  '{"accountIds": ["<12 digits>", …]}';

const eventKeys = ['source', 'detail', 'detail-type'];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

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
    mode: z
      .enum(['onboard', 'sync'], { error: 'must be "onboard" or "sync" (to revoke access as well)' })
      .default('onboard'),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? 'is not a key here; the keys are accountId or accountIds, and mode'
        : undefined,
  },
);

function parseManual(input: Readonly<Record<string, unknown>>): AccountChange {
  const hasOne = 'accountId' in input;
  if (!hasOne && !('accountIds' in input))
    throw createMalformedEventError('The input', [{ path: '', message: neither }]);
  const { accountId, accountIds, mode } = parseWith('The manual input', manualSchema, input);
  if (accountId !== undefined && accountIds !== undefined)
    throw createMalformedEventError('The manual input', [
      { path: 'accountIds', message: 'excludes accountId: keep one of the two' },
    ]);
  return {
    type: 'change',
    accountIds: accountIds ?? (accountId === undefined ? [] : [accountId]),
    cause: 'manual',
    mode,
  };
}

const sourceSchema = z.looseObject({
  source: z.string({ error: 'must be the name of the event source, such as "aws.organizations"' }),
});

const envelopeSchema = z.looseObject({
  id: z.string().optional().catch(undefined),
  detail: recordSchema,
});

function parseEvent(
  input: Readonly<Record<string, unknown>>,
  calls: readonly ResourceCalls[],
): AccountChange | ResourceEvent | IgnoredEvent {
  const { source } = parseWith('The event', sourceSchema, input);
  if (sources.has(source)) return parseChange(source, input);
  if (calls.some((each) => each.source === source)) return parseResourceEvent(source, input, calls);
  return ignoreEvent(`an event of ${source}, which reports no change of an account`);
}

function parseChange(source: string, input: unknown): AccountChange | IgnoredEvent {
  const { id, detail } = parseWith('The event', envelopeSchema, input);
  const reader = readerOf(detail.eventName);
  if (reader === undefined || reader.source !== source)
    return ignoreEvent(ignoredReason(source, detail.eventName), detail.eventName);
  if (detail.errorCode) return ignoreEvent(ignoreFailedCall(detail), detail.eventName);
  const reading = readEvent(reader, detail.eventName, input);
  if ('ignored' in reading) return ignoreEvent(reading.ignored, detail.eventName);
  const { cause } = reader;
  return { type: 'change', ...reading, cause, mode: 'sync', ...(id === undefined ? {} : { eventId: id }) };
}

const sources: ReadonlySet<string> = new Set(Object.values(eventReaders).map(({ source }) => source));

const readerOf = (eventName: string): EventReader | undefined =>
  Object.hasOwn(eventReaders, eventName) ? eventReaders[eventName] : undefined;

const ignoredReason = (source: string, eventName: string): string =>
  (Object.hasOwn(ignoredEvents, eventName) ? ignoredEvents[eventName] : undefined) ??
  `${eventName} of ${source} reports no change of an account`;

type Reading = { readonly accountIds: readonly string[] } | { readonly ignored: string };

/** Both schemas check the event before an error is thrown, so that the error names every mistake. */
function readEvent(reader: EventReader, eventName: string, input: unknown): Reading {
  const ending = reader.ignored?.safeParse(input);
  if (ending?.success && ending.data !== undefined) return { ignored: ending.data };
  const accountIds = reader.accountIds.safeParse(input);
  const issues = [...(ending?.error?.issues ?? []), ...(accountIds.error?.issues ?? [])];
  if (!accountIds.success || issues.length > 0)
    throw createMalformedEventError(`The event ${eventName}`, toFindings(issues));
  return { accountIds: accountIds.data };
}
