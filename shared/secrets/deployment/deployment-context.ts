import { getConfiguration } from '../../configuration/active-configuration.ts';
import type { Configuration } from '../../configuration/schema.ts';
import { type SecretDeployment, secretDeploymentOf } from '../../configuration/secret-deployment.ts';
import type { AccountClients } from '../../platform/aws/access.ts';
import { ConcurrentUpdateError, type ErrorRecord } from '../../platform/errors.ts';
import type { Delivery } from '../../store/ports.ts';
import { isSecretDelivery, ownership, patience } from './delivery.ts';
import type { DeploymentServices } from './services.ts';

/** A run that processes a delivery, with its services. */
export interface DeploymentContext {
  readonly services: DeploymentServices;
  readonly configuration: Configuration;
  readonly secretDeployment: SecretDeployment;
  readonly reader: AccountClients;
  /** Each of its requests is sent once, and never after the deadline (milliseconds since the epoch). */
  getWriter(deadline: number): AccountClients;
}

/** A delivery as it is stored now, and the wait before its next step. */
export interface DeliveryProgress {
  readonly delivery: Delivery;
  readonly seconds: number;
}

/** @throws ConfigurationMismatchError if no configuration is active */
export async function createContext(
  services: DeploymentServices,
  { runId, accountId, region }: Pick<Delivery, 'runId' | 'accountId' | 'region'>,
): Promise<DeploymentContext> {
  const configuration = await getConfiguration(services.store);
  const access = services.aws(runId, configuration);
  const place = { accountId, region };
  return {
    services,
    configuration,
    secretDeployment: secretDeploymentOf(configuration),
    reader: access.getReader(place),
    getWriter: (deadline) => access.getWriter(place, () => expectInTime(services, deadline)),
  };
}

/** A process that was frozen meanwhile may have outdated data. @throws ConcurrentUpdateError */
function expectInTime({ clock }: DeploymentServices, deadline: number): void {
  if (clock.now() > deadline)
    throw new ConcurrentUpdateError('The request was delayed for too long, so it was not sent');
}

/** The longest wait between two steps, in seconds. */
export const longestWait = 120;

/**
 * Stores a change before any other step, and keeps the delivery in the run's care.
 * @throws ConcurrentUpdateError if another process has changed it meanwhile
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
    `The delivery ${delivery.id} of ${delivery.source} was changed by another process at this moment`,
  );
}

export interface DeliveryEnd {
  readonly status: Delivery['status'];
  readonly reason: string;
  readonly error?: ErrorRecord;
}

/** Ends the delivery for good: the scheduled check does not resume it. */
export function endDelivery(
  { services }: Pick<DeploymentContext, 'services'>,
  delivery: Delivery,
  how: DeliveryEnd,
): Promise<DeliveryProgress> {
  const { again: _, ...kept } = delivery;
  return saveEnd(services, kept, how);
}

/**
 * Suspends the delivery. The scheduled check resumes the delivery of a secret, for `patience` after the first
 * suspension. It is reported the first time, and when `patience` is over.
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
