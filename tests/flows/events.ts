import type { OrganizationEvent } from '../../simulator/organization-event.ts';
import type { World } from './flows-fixture.ts';

export interface Arrival {
  readonly id: string;
  readonly event: OrganizationEvent;
}

/** Does it, and gives the event that tells of it. */
export function eventOf({ organization }: World, act: () => void): OrganizationEvent {
  const events: OrganizationEvent[] = [];
  const stop = organization.onEvent((event) => events.push(event));
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
  const event = eventOf(of, () => of.organization.createAccount({ id, name: `account-${accounts}` }));
  return { id, event };
}

export const moved = (of: World, id: string, ouId: string): OrganizationEvent =>
  eventOf(of, () => of.organization.moveAccount(id, ouId));

export const workloads = 'ou-exam-workload1';
