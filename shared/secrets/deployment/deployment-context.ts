import { getConfiguration } from '../../configuration/active-configuration.ts';
import type { Configuration } from '../../configuration/schema.ts';
import { type SecretDeployment, secretDeploymentOf } from '../../configuration/secret-deployment.ts';
import type { AccountClients } from '../../platform/aws/access.ts';
import { ConcurrentUpdateError, type ErrorRecord } from '../../platform/errors.ts';
import type { Delivery } from '../../store/ports.ts';
import { isSecretDelivery, ownership, patience } from './delivery.ts';
import type { DeploymentServices } from './services.ts';

/** What a step of a delivery needs: the run, its services, and AWS clients for the target's account. */
export interface DeploymentContext {
  readonly services: DeploymentServices;
  readonly configuration: Configuration;
  readonly secretDeployment: SecretDeployment;
  readonly reader: AccountClients;
  /** AWS clients that send each request once, and none after the deadline (milliseconds since the epoch). */
  getWriter(deadline: number): AccountClients;
}

/** A delivery as it was stored, and how long to wait before its next step. */
export interface DeliveryProgress {
  readonly delivery: Delivery;
  readonly seconds: number;
}

/** Prepares a step of a delivery. @throws ConfigurationMismatchError if no configuration is active */
export async function createContext(
  services: DeploymentServices,
  { runId, accountId, region }: Pick<Delivery, 'runId' | 'accountId' | 'region'>,
): Promise<DeploymentContext> {
  const configuration = await getConfiguration(services.store);
  const access = services.aws(runId, configuration);
  const accountRegion = { accountId, region };
  return {
    services,
    configuration,
    secretDeployment: secretDeploymentOf(configuration),
    reader: access.getReader(accountRegion),
    getWriter: (deadline) => access.getWriter(accountRegion, () => expectInTime(services, deadline)),
  };
}

/**
 * Lambda may suspend a process for a while. Then its data may be old, so it must not send its request.
 * @throws ConcurrentUpdateError
 */
function expectInTime({ clock }: DeploymentServices, deadline: number): void {
  if (clock.now() > deadline)
    throw new ConcurrentUpdateError('The request was delayed for too long, so it was not sent');
}

/** How many seconds the state machine waits at most between two steps. */
export const longestWait = 120;

/**
 * Stores the delivery before the next step begins. That also shows other runs that this run still works on it.
 * @throws ConcurrentUpdateError if another process has changed the delivery in the meantime
 */
export async function saveProgress(
  { store: { outbox }, clock }: DeploymentServices,
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
    `The delivery ${delivery.id} of ${delivery.source} was changed by another process at the same time. The step is retried`,
  );
}

export interface DeliveryEnd {
  readonly status: Delivery['status'];
  readonly reason: string;
  readonly error?: ErrorRecord;
}

/** Ends the delivery for good: the scheduled check does not continue it. */
export function endDelivery(
  { services }: Pick<DeploymentContext, 'services'>,
  delivery: Delivery,
  how: DeliveryEnd,
): Promise<DeliveryProgress> {
  const { again: _, ...kept } = delivery;
  return saveEnd(services, kept, how);
}

/**
 * Suspends the delivery. If it is a secret, the scheduled check continues it, until `patience` has passed since the
 * first suspension. Operators get a message at the first suspension and when that time is over.
 */
export function postpone(
  { services }: Pick<DeploymentContext, 'services'>,
  delivery: Delivery,
  how: DeliveryEnd,
): Promise<DeliveryProgress> {
  const now = services.clock.now();
  const { again = { until: now + patience, notifiedByRun: delivery.runId } } = delivery;
  const over = now >= again.until;
  if (over || !isSecretDelivery(delivery))
    return endDelivery({ services }, delivery, { ...how, reason: `${how.reason}. Start it by hand` });
  const reason = `${how.reason}. The scheduled check tries it again until ${new Date(again.until).toISOString()}`;
  return saveEnd(services, { ...delivery, again }, { ...how, reason });
}

async function saveEnd(
  services: DeploymentServices,
  delivery: Delivery,
  how: DeliveryEnd,
): Promise<DeliveryProgress> {
  const endedAt = new Date(services.clock.now()).toISOString();
  return { delivery: await saveProgress(services, delivery, { ...how, endedAt }), seconds: 0 };
}
