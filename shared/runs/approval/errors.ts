import { OnboardingError } from '../../platform/errors.ts';

/** A request for approval has another decision, is too old, or does not exist. */
export class ApprovalClosedError extends OnboardingError {
  override readonly name = 'ApprovalClosedError';
  readonly retryable = false;
}

/** An operator has rejected the request. */
export class ApprovalRejectedError extends OnboardingError {
  override readonly name = 'ApprovalRejectedError';
  readonly retryable = false;
}

/** No operator has decided in time. */
export class ApprovalTimedOutError extends OnboardingError {
  override readonly name = 'ApprovalTimedOutError';
  readonly retryable = false;
}

/** The accounts were approved between the plan and the request, so the run continues without a request. */
export class ApprovalNotNeededError extends OnboardingError {
  override readonly name = 'ApprovalNotNeededError';
  readonly retryable = false;
}
