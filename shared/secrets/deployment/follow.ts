import type { Delivery } from '../../store/ports.ts';
import {
  type DeliveryProgress,
  type DeploymentContext,
  endDelivery,
  longestWait,
  postpone,
  saveProgress,
} from './deployment-context.ts';
import { deploymentOf, type ObservedDeployment } from './deployments.ts';

const minute = 60_000;

/**
 * Reads the state of a deployment. Ends the delivery if the deployment has ended, or if the configured time for it is
 * over.
 */
export async function followDeployment(
  context: DeploymentContext,
  delivery: Delivery,
  knownDeployment?: ObservedDeployment,
): Promise<DeliveryProgress> {
  const { deployment = 0 } = delivery;
  const observed = knownDeployment ?? (await deploymentOf(context, delivery, deployment));
  switch (observed.State) {
    case 'COMPLETE':
      return endDelivery(context, delivery, {
        status: 'complete',
        reason: `Deployment ${deployment} is complete`,
      });
    case 'ROLLED_BACK':
      return endDelivery(context, delivery, {
        status: 'rolled-back',
        reason: `Deployment ${deployment} was rolled back${formatActor(observed)}. Readers have the version before it`,
      });
    case 'REVERTED':
      return endDelivery(context, delivery, {
        status: 'reverted',
        reason: `Deployment ${deployment} was reverted`,
      });
    default:
      return waitLonger(context, delivery, observed);
  }
}

async function waitLonger(
  context: DeploymentContext,
  delivery: Delivery,
  observed: ObservedDeployment,
): Promise<DeliveryProgress> {
  const { clock } = context.services;
  const { deploymentTimeoutMinutes } = context.secretDeployment;
  // The time limit begins again when an operator requests the delivery again.
  const { startedAt = '', requestedAt } = delivery;
  const since = clock.now() - Date.parse(startedAt > requestedAt ? startedAt : requestedAt);
  if (since >= deploymentTimeoutMinutes * minute)
    return postpone(context, delivery, {
      status: 'timed-out',
      reason: `Deployment ${delivery.deployment} is ${observed.State} after ${deploymentTimeoutMinutes} minutes`,
    });
  return {
    delivery: await saveProgress(context.services, delivery),
    seconds: secondsLeft(observed, clock.now()),
  };
}

/** How many seconds the deployment still takes by its strategy: at least 5, and at most `longestWait`. */
function secondsLeft(observed: ObservedDeployment, now: number): number {
  const { StartedAt, DeploymentDurationInMinutes = 0, FinalBakeTimeInMinutes = 0 } = observed;
  const length = (DeploymentDurationInMinutes + FinalBakeTimeInMinutes) * minute;
  const left = ((StartedAt?.getTime() ?? now) + length - now) / 1_000;
  return Math.round(Math.min(longestWait, Math.max(5, left)));
}

function formatActor({ EventLog = [] }: ObservedDeployment): string {
  const started = EventLog.find(({ EventType }) => EventType === 'ROLLBACK_STARTED');
  return started?.TriggeredBy === undefined ? '' : ` by ${started.TriggeredBy}`;
}
