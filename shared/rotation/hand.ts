import type { AccountClients } from '../aws/access.ts';
import type { Rotation } from '../configuration/rotation.ts';
import { ConcurrentUpdateError, type ErrorRecord } from '../errors.ts';
import type { Services } from '../services.ts';
import type { Delivery } from '../store/ports.ts';
import { ownership } from './delivery.ts';

/** A run that has a delivery in hand, with what it needs. */
export interface Hand {
  readonly services: Services;
  readonly rotation: Rotation;
  readonly reader: AccountClients;
  /** Each of its requests is sent once. */
  readonly writer: AccountClients;
}

/** A delivery as it is stored now, and how long to wait before it is looked at again. */
export interface Step {
  readonly delivery: Delivery;
  readonly seconds: number;
}

/** The longest wait between two looks, in seconds. */
export const longestWait = 120;

/**
 * Stores a change before anything else is done, and keeps the delivery in the run's care.
 * @throws ConcurrentUpdateError where another process has changed it meanwhile
 */
export async function keep(
  { store: { outbox }, clock }: Services,
  delivery: Delivery,
  change: Partial<Delivery> = {},
): Promise<Delivery> {
  const now = clock.now();
  const next = {
    ...delivery,
    ...change,
    ownedUntil: now + ownership,
    updatedAt: new Date(now).toISOString(),
    revision: delivery.revision + 1,
  };
  if (await outbox.put(next, delivery.revision)) return next;
  throw new ConcurrentUpdateError(
    `The delivery ${delivery.id} of ${delivery.source} was changed by another process at this moment`,
  );
}

export interface End {
  readonly status: Delivery['status'];
  readonly reason: string;
  readonly error?: ErrorRecord;
}

export async function end({ services }: Pick<Hand, 'services'>, delivery: Delivery, how: End): Promise<Step> {
  const endedAt = new Date(services.clock.now()).toISOString();
  return { delivery: await keep(services, delivery, { ...how, endedAt }), seconds: 0 };
}
