import { ResourceMissingError } from '../../platform/aws/errors.ts';
import { OnboardingError } from '../../platform/errors.ts';
import { type Delivery, type DeliveryKey, isUnfinished } from '../../store/ports.ts';
import { createContext, type DeliveryProgress, saveProgress } from './deployment-context.ts';
import { failDelivery } from './fail.ts';
import { followDeployment } from './follow.ts';
import type { DeploymentServices } from './services.ts';
import { startDeployment } from './start.ts';

export interface AdvancedDelivery extends DeliveryKey {
  readonly status: 'waiting' | 'ended';
  /** How many seconds the state machine waits before the next step of the delivery. 0 if the delivery has ended. */
  readonly seconds: number;
}

/**
 * Does the next step of one delivery: give way to a later version, wait, start the deployment, follow it, or end. A
 * repeated call does no harm, because the table and AppConfig show which steps are done.
 * @throws ConcurrentUpdateError and the retryable errors of `shared/platform/aws`. Every other error of this project
 * ends the delivery as failed
 */
export async function advanceDelivery(
  services: DeploymentServices,
  { runId, source, id }: DeliveryKey & { readonly runId: string },
): Promise<AdvancedDelivery> {
  const delivery = await services.store.outbox.get({ source, id });
  if (delivery === undefined)
    throw new ResourceMissingError(
      `There is no delivery ${id} of ${source}: it was removed from the table. If it is still needed, start its deployment again`,
    );
  // The delivery has ended, or another run continues it now.
  if (!isUnfinished(delivery) || delivery.runId !== runId) return { source, id, status: 'ended', seconds: 0 };
  const held = await saveProgress(services, delivery);
  const { delivery: after, seconds } = await nextStep(services, held);
  return { source, id, status: isUnfinished(after) ? 'waiting' : 'ended', seconds };
}

async function nextStep(services: DeploymentServices, held: Delivery): Promise<DeliveryProgress> {
  try {
    const context = await createContext(services, held);
    return held.deployment === undefined
      ? await startDeployment(context, held)
      : await followDeployment(context, held);
  } catch (thrown) {
    if (!(thrown instanceof OnboardingError) || thrown.retryable) throw thrown;
    return failDelivery(services, held, thrown);
  }
}
