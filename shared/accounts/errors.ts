import { OnboardingError } from '../platform/errors.ts';

/** No complete import has marked the registry as ready, so nothing may be written. */
export class RegistryNotReadyError extends OnboardingError {
  override readonly name = 'RegistryNotReadyError';
  readonly retryable = false;
}

/** An account that is being created: wait, then read it again. */
export class AccountNotReadyError extends OnboardingError {
  override readonly name = 'AccountNotReadyError';
  readonly retryable = true;
}

/** An account to be onboarded that is closed, gone, or was never in the organization. */
export class AccountNotMemberError extends OnboardingError {
  override readonly name = 'AccountNotMemberError';
  readonly retryable = false;
}
