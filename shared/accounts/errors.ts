import { OnboardingError } from '../platform/errors.ts';

/**
 * No import has completed, so the registry may lack accounts. Runs write nothing until then, because they could remove
 * access by mistake.
 */
export class RegistryNotReadyError extends OnboardingError {
  override readonly name = 'RegistryNotReadyError';
  readonly retryable = false;
}

/** Organizations is still creating the account. It must be read again later. */
export class AccountNotReadyError extends OnboardingError {
  override readonly name = 'AccountNotReadyError';
  readonly retryable = true;
}

/** An operator wants to onboard an account that is closed, has left, or was never in the organization. */
export class AccountNotMemberError extends OnboardingError {
  override readonly name = 'AccountNotMemberError';
  readonly retryable = false;
}

/** AWS has throttled the registration of an account for too long. */
export class RegistrationTimeoutError extends OnboardingError {
  override readonly name = 'RegistrationTimeoutError';
  readonly retryable = false;
}
