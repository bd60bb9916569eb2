import { OnboardingError } from '../../platform/errors.ts';

/** The request for approval cannot be decided: it has the opposite decision, its time is over, or it does not exist. */
export class ApprovalClosedError extends OnboardingError {
  override readonly name = 'ApprovalClosedError';
  readonly retryable = false;
}

/** An operator has rejected the request. */
export class ApprovalRejectedError extends OnboardingError {
  override readonly name = 'ApprovalRejectedError';
  readonly retryable = false;
}

/** No operator has decided before the time limit. */
export class ApprovalTimedOutError extends OnboardingError {
  override readonly name = 'ApprovalTimedOutError';
  readonly retryable = false;
}

/** The accounts were approved after the plan and before the request, so the run continues without a request. */
export class ApprovalNotNeededError extends OnboardingError {
  override readonly name = 'ApprovalNotNeededError';
  readonly retryable = false;
}
