import { OnboardingError } from '../platform/errors.ts';

/**
 * The registry does not have the whole organization yet, because no import has completed. So nothing may be written.
 */
export class RegistryNotReadyError extends OnboardingError {
  override readonly name = 'RegistryNotReadyError';
  readonly retryable = false;
}

/** Organizations is still creating the account. Wait, then read it again. */
export class AccountNotReadyError extends OnboardingError {
  override readonly name = 'AccountNotReadyError';
  readonly retryable = true;
}

/** An operator wants to onboard an account that is closed, has left, or was never in the organization. */
export class AccountNotMemberError extends OnboardingError {
  override readonly name = 'AccountNotMemberError';
  readonly retryable = false;
}
