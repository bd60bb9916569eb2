import * as z from 'zod';
import { parseAccountEvent } from '../accounts/account-event.ts';
import { parseStoredConfiguration } from '../configuration/active-configuration.ts';
import { listSearches } from '../configuration/searches.ts';
import { listCallEvents } from '../grants/kinds.ts';
import { getTimestamp } from '../platform/clock.ts';
import { canAffectSearch, type ResourcePlace } from '../reconcile/discover-resources.ts';
import type { Services } from '../reconcile/services.ts';
import type { RunRecord, Store } from '../store/ports.ts';

export interface StartedRun {
  readonly runId: string;
  readonly status: 'accepted' | 'ignored';
  readonly accountIds: readonly string[];
  /** The cause, or `ignored`. */
  readonly cause: string;
  /** Whether an account that is no member makes the run fail: an operator who onboards it expects a member. */
  readonly mode: 'onboard' | 'sync';
  /**
   * The account and region of a created or tagged resource. Null for every other cause, since the state machine's paths
   * need the field.
   */
  readonly place: ResourcePlace | null;
}

/**
 * The first step: reads the request of an event or a manual input. Opens the run's record.
 * @throws MalformedEventError
 */
export async function startRun(
  { store, clock }: Services,
  { runId, startedAt, input }: { runId: string; startedAt: string; input: unknown },
): Promise<StartedRun> {
  const event = parseAccountEvent(input, listCallEvents());
  const reason = event.type === 'ignored' ? event.reason : await whyNotLooked(store, event);
  if (reason !== undefined) {
    const finishedAt = getTimestamp(clock);
    await store.runs.put({ runId, status: 'ignored', startedAt, finishedAt, accountIds: [], reason });
    return { runId, status: 'ignored', accountIds: [], cause: 'ignored', mode: 'sync', place: null };
  }
  const { accountIds, cause, mode, place } = askedFor(event);
  await store.runs.put({ runId, status: 'running', startedAt, accountIds, cause, ...readEventTime(input) });
  return { runId, status: 'accepted', accountIds, cause, mode, place };
}

const timedEvent = z.object({ time: z.iso.datetime() });

/** The input of an operator has no time. */
function readEventTime(input: unknown): Pick<RunRecord, 'eventTime'> {
  const { data } = timedEvent.safeParse(input);
  return data === undefined ? {} : { eventTime: new Date(data.time).toISOString() };
}

type Event = ReturnType<typeof parseAccountEvent>;

/** A resource's event is about no account of the registry. */
function askedFor(event: Event): Pick<StartedRun, 'accountIds' | 'cause' | 'mode' | 'place'> {
  if (event.type === 'change') return { ...event, place: null };
  const place = event.type === 'resource' ? event.place : null;
  return { accountIds: [], cause: 'resource', mode: 'sync', place };
}

/** Why no search is due. `undefined` if one is, or if the event is about accounts. */
async function whyNotLooked({ configuration }: Store, event: Event): Promise<string | undefined> {
  if (event.type !== 'resource') return undefined;
  const stored = await configuration.getActive();
  if (stored === undefined) return 'no configuration is active, so no pattern is searched for';
  const { place } = event;
  if (listSearches(parseStoredConfiguration(stored)).some((search) => canAffectSearch(search, place)))
    return undefined;
  return `no grant has a pattern for resources of ${place.source} in account ${place.accountId}, ${place.region}`;
}
