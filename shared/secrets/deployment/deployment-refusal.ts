import { AccessDeniedError, ResourceDisabledError, ResourceMissingError } from '../../platform/aws/errors.ts';
import type { OnboardingError } from '../../platform/errors.ts';
import type { Delivery } from '../../store/ports.ts';
import { isSecretDelivery } from './delivery.ts';
import { DeploymentRefusedError } from './errors.ts';

/**
 * The error for a deployment that AppConfig will never start. `undefined` for any other error. For secrets, AppConfig's
 * message is not repeated, because it may quote content that a validator rejected.
 */
export function toDeploymentRefusal(delivery: Delivery, thrown: unknown): OnboardingError | undefined {
  if (
    thrown instanceof AccessDeniedError ||
    thrown instanceof ResourceMissingError ||
    thrown instanceof ResourceDisabledError
  )
    return thrown;
  if (!(thrown instanceof Error)) return undefined;
  const advice = adviceFor(thrown, delivery);
  if (advice === undefined) return undefined;
  const { version, target } = delivery;
  const words = isSecretDelivery(delivery) ? thrown.name : `${thrown.name}: ${thrown.message}`;
  return new DeploymentRefusedError(
    `AppConfig rejected the deployment of version ${version} with profile ${target.profile} to environment ` +
      `${target.environment} (${words}). ${advice}`,
    { ...target, awsError: thrown.name },
  );
}

/**
 * What an operator should do, by the name of the error and the reason of a BadRequestException (AppConfig API
 * reference, "StartDeployment").
 */
function adviceFor(thrown: Error, delivery: Delivery): string | undefined {
  switch (thrown.name) {
    case 'ServiceQuotaExceededException':
      return 'A quota of AppConfig is reached. Delete unused resources, or request a higher quota (Service Quotas, AWS AppConfig)';
    case 'PayloadTooLargeException':
      return `The configuration is larger than AppConfig allows${sizesOf(thrown)}. Make it smaller, or split it over several profiles`;
    case 'BadRequestException':
      return isInvalidConfiguration(thrown)
        ? "The profile's validators rejected the content. Compare the content with the validators"
        : uncertainAdvice(delivery);
    default:
      return undefined;
  }
}

/**
 * What an operator should check if the cause is not clear. A hosted configuration has no location and no retrieval
 * role, because AppConfig stores its content.
 */
const uncertainAdvice = (delivery: Delivery): string =>
  isSecretDelivery(delivery)
    ? "Check the profile's location, its retrieval role and its validators, and the deployment strategy"
    : `Check that the profile has version ${delivery.version}, its validators, and the deployment strategy`;

const isInvalidConfiguration = (thrown: Error): boolean =>
  'Reason' in thrown && thrown.Reason === 'InvalidConfiguration';

/** The sizes in words: `: 2100 of 2048 KILOBYTES`. Empty if AppConfig did not return them. */
function sizesOf(thrown: Error): string {
  const { Size, Limit, Measure } = { Size: undefined, Limit: undefined, Measure: undefined, ...thrown };
  return Size === undefined || Limit === undefined ? '' : `: ${Size} of ${Limit} ${Measure ?? ''}`.trimEnd();
}
