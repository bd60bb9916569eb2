import type { OrganizationEvent } from '../../simulator/organization-event.ts';
import type { TestEnv } from './flows-fixture.ts';

export interface Arrival {
  readonly id: string;
  readonly event: OrganizationEvent;
}

/** Does it, and gives the event that tells of it. */
export function eventOf({ organization }: TestEnv, act: () => void): OrganizationEvent {
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
export function created(env: TestEnv): Arrival {
  accounts += 1;
  const id = String(500_000_000_000 + accounts);
  const event = eventOf(env, () => env.organization.createAccount({ id, name: `account-${accounts}` }));
  return { id, event };
}

export const moved = (env: TestEnv, id: string, ouId: string): OrganizationEvent =>
  eventOf(env, () => env.organization.moveAccount(id, ouId));

export const workloads = 'ou-exam-workload1';
