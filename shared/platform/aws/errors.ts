import { OnboardingError } from '../errors.ts';

/** AWS throttled a call. */
export class ThrottledError extends OnboardingError {
  override readonly name = 'ThrottledError';
  readonly retryable = true;
}

/** AWS did not answer, or answered with an internal error. A write may have taken effect all the same. */
export class ServiceUnavailableError extends OnboardingError {
  override readonly name = 'ServiceUnavailableError';
  readonly retryable = true;
}

/** A resource that the configuration names does not exist. */
export class ResourceMissingError extends OnboardingError {
  override readonly name = 'ResourceMissingError';
  readonly retryable = false;
}

/** A key or image exists but cannot be used, because it is disabled or scheduled for deletion. */
export class ResourceDisabledError extends OnboardingError {
  override readonly name = 'ResourceDisabledError';
  readonly retryable = false;
}

/** AWS rejects the credentials of an account in one region. Most likely, the account has not enabled the region. */
export class RegionNotEnabledError extends OnboardingError {
  override readonly name = 'RegionNotEnabledError';
  readonly retryable = false;
}

/** AWS denied an action. The error names the caller, the action, the resource and the role. */
export class AccessDeniedError extends OnboardingError {
  override readonly name = 'AccessDeniedError';
  readonly retryable = false;
}

/** The policy document would be larger than the service allows. */
export class PolicyTooLargeError extends OnboardingError {
  override readonly name = 'PolicyTooLargeError';
  readonly retryable = false;
}

/** AWS rejects an account as a principal, because it is too new or was closed. */
export class InvalidPrincipalError extends OnboardingError {
  override readonly name = 'InvalidPrincipalError';
  readonly retryable = true;
}

/** AWS rejected a policy document of this project, and a principal is not the cause. */
export class PolicyRefusedError extends OnboardingError {
  override readonly name = 'PolicyRefusedError';
  readonly retryable = false;
}

/** AWS rejected a request without a policy document, for example because an item is too large for the table. */
export class RequestRefusedError extends OnboardingError {
  override readonly name = 'RequestRefusedError';
  readonly retryable = false;
}
