import { OnboardingError } from '../platform/errors.ts';

/** Another run holds the lease of the resource. */
export class ResourceBusyError extends OnboardingError {
  override readonly name = 'ResourceBusyError';
  readonly retryable = true;
}

/** A pattern matches more resources than the configuration allows for one. */
export class TooManyResourcesError extends OnboardingError {
  override readonly name = 'TooManyResourcesError';
  readonly retryable = false;
}

/** A change that only an operator may allow: it would open a resource, or take it from many accounts at once. */
export class UnsafeChangeError extends OnboardingError {
  override readonly name = 'UnsafeChangeError';
  readonly retryable = false;
}
