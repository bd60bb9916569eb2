import { ResourceMissingError } from '../../platform/aws/errors.ts';
import { parseSecretArn } from '../../platform/aws/secret-arn.ts';
import { OnboardingError, toErrorRecord } from '../../platform/errors.ts';
import type { Delivery } from '../../store/ports.ts';
import { createContext, type DeliveryProgress, endDelivery } from './deployment-context.ts';
import { findTargets } from './discover.ts';
import { DeploymentRefusedError } from './errors.ts';
import type { DeploymentServices } from './services.ts';
import { listConfiguredTargets } from './targets.ts';

/**
 * Ends a delivery that could not be started. If it has a stored target that no longer serves the secret, there is
 * nothing to deploy, and nothing is reported.
 * @throws the retryable errors of `shared/platform/aws`
 */
export async function failDelivery(
  services: DeploymentServices,
  delivery: Delivery,
  thrown: OnboardingError,
): Promise<DeliveryProgress> {
  if (await isWithdrawn(services, delivery, thrown)) {
    const reason = `Profile ${delivery.target.profile} and its environment do not serve the secret any more`;
    return endDelivery({ services }, delivery, { status: 'withdrawn', reason });
  }
  const error = toErrorRecord(thrown);
  return endDelivery({ services }, delivery, { status: 'failed', reason: error.message, error });
}

/** Whether the target does not exist any more. If it came from an earlier search, the targets are searched again. */
async function isWithdrawn(
  services: DeploymentServices,
  delivery: Delivery,
  thrown: OnboardingError,
): Promise<boolean> {
  if (!(thrown instanceof ResourceMissingError || thrown instanceof DeploymentRefusedError)) return false;
  const secret = parseSecretArn(delivery.source);
  if (secret === undefined) return false;
  try {
    const { configuration, reader } = await createContext(services, delivery);
    if (listConfiguredTargets(configuration, secret).length > 0) return false;
    const { target } = delivery;
    const targets = await findTargets(secret, { client: reader.appConfig, strategy: target.strategy });
    return !targets.some(
      ({ application, environment, profile }) =>
        application === target.application &&
        environment === target.environment &&
        profile === target.profile,
    );
  } catch (error) {
    if (error instanceof OnboardingError && !error.retryable) return false;
    throw error;
  }
}
