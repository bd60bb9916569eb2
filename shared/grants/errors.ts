import { OnboardingError } from '../platform/errors.ts';

/** Another run holds the lease of the resource. */
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
 * A change that is not made without an operator: it would open a resource to outsiders, or take access from many
 * accounts at once.
 */
export class UnsafeChangeError extends OnboardingError {
  override readonly name = 'UnsafeChangeError';
  readonly retryable = false;
}
