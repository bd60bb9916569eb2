import { OnboardingError } from '../../platform/errors.ts';

/** What was asked for approval is decided otherwise, too old, or was never asked. */
export class ApprovalClosedError extends OnboardingError {
  override readonly name = 'ApprovalClosedError';
  readonly retryable = false;
}

/** An operator has said no. */
export class ApprovalRejectedError extends OnboardingError {
  override readonly name = 'ApprovalRejectedError';
  readonly retryable = false;
}

/** Nobody has said anything in time. */
export class ApprovalTimedOutError extends OnboardingError {
  override readonly name = 'ApprovalTimedOutError';
  readonly retryable = false;
}

/** What waited when the run was planned has been approved since: the run goes on without asking. */
export class ApprovalNotNeededError extends OnboardingError {
  override readonly name = 'ApprovalNotNeededError';
  readonly retryable = false;
}
