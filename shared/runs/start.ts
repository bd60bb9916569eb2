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
  /** Why the run started, or `ignored` if the event needs no run. */
  readonly cause: string;
  /**
   * What to do if an account is not a member of the organization. `onboard`: the run fails, because an operator expects
   * a member. `sync`: the run removes the account's access.
   */
  readonly mode: 'onboard' | 'sync';
  /**
   * The account and region in which the event created or tagged a resource. Null for every other cause, and not absent,
   * because the state machine reads the field.
   */
  readonly place: ResourcePlace | null;
}

/**
 * The first step of a run. It parses an event or an operator's input, and stores the record of the run.
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

/** Only an event has a time. The input of an operator has none. */
function readEventTime(input: unknown): Pick<RunRecord, 'eventTime'> {
  const { data } = timedEvent.safeParse(input);
  return data === undefined ? {} : { eventTime: new Date(data.time).toISOString() };
}

type Event = ReturnType<typeof parseAccountEvent>;

/** What the event or the operator's input demands. An event about a resource names no account to onboard. */
function askedFor(event: Event): Pick<StartedRun, 'accountIds' | 'cause' | 'mode' | 'place'> {
  if (event.type === 'change') return { ...event, place: null };
  const resourcePlace = event.type === 'resource' ? event.place : null;
  return { accountIds: [], cause: 'resource', mode: 'sync', place: resourcePlace };
}

/** Why an event about a resource needs no run. `undefined` if a search is due, or if the event is about accounts. */
async function whyNotLooked({ configuration }: Store, event: Event): Promise<string | undefined> {
  if (event.type !== 'resource') return undefined;
  const stored = await configuration.getActive();
  if (stored === undefined) return 'no configuration is active, so no pattern is searched for';
  const { place } = event;
  if (listSearches(parseStoredConfiguration(stored)).some((search) => canAffectSearch(search, place)))
    return undefined;
  return `no grant has a pattern for resources of ${place.source} in account ${place.accountId}, ${place.region}`;
}
