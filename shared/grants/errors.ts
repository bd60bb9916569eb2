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

/** A change that needs an operator's consent: it would open a resource, or remove it from many accounts at once. */
export class UnsafeChangeError extends OnboardingError {
  override readonly name = 'UnsafeChangeError';
  readonly retryable = false;
}
