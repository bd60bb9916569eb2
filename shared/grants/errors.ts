import { OnboardingError } from '../platform/errors.ts';

/** Another run is writing the resource: it holds the resource's lease. */
export class ResourceBusyError extends OnboardingError {
  override readonly name = 'ResourceBusyError';
  readonly retryable = true;
}

/** A pattern matches more resources than `limits.resourcesPerPattern` allows. */
export class TooManyResourcesError extends OnboardingError {
  override readonly name = 'TooManyResourcesError';
  readonly retryable = false;
}

/**
 * A change that needs an operator: it would give access outside the organization, or take access from many accounts at
 * once.
 */
export class UnsafeChangeError extends OnboardingError {
  override readonly name = 'UnsafeChangeError';
  readonly retryable = false;
}
