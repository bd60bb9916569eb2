import type { OrganisationEvent } from '../../simulator/events.ts';
import type { World } from './world.ts';

export interface Arrival {
  readonly id: string;
  readonly event: OrganisationEvent;
}

/** Does it, and gives the event that tells of it. */
export function eventOf({ organisation }: World, act: () => void): OrganisationEvent {
  const events: OrganisationEvent[] = [];
  const stop = organisation.onEvent((event) => events.push(event));
  act();
  stop();
  const [event] = events;
  if (event === undefined) throw new Error('Nothing was announced');
  return event;
}

let accounts = 0;

/** A new account in the root, and the event of its creation. */
export function created(of: World): Arrival {
  accounts += 1;
  const id = String(500_000_000_000 + accounts);
  const event = eventOf(of, () => of.organisation.createAccount({ id, name: `account-${accounts}` }));
  return { id, event };
}

export const moved = (of: World, id: string, ouId: string): OrganisationEvent =>
  eventOf(of, () => of.organisation.moveAccount(id, ouId));

export const workloads = 'ou-exam-workload1';
