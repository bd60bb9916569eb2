import { OnboardingError } from '../../platform/errors.ts';

/** Secrets Manager has requested a step of a rotation that must not be done now. */
export class RotationRefusedError extends OnboardingError {
  override readonly name = 'RotationRefusedError';
  readonly retryable = false;
}

/**
 * The system that uses the secret has rejected a step. Secrets Manager tries the step again. The error never contains a
 * value of the secret.
 */
export class RotationStepError extends OnboardingError {
  override readonly name = 'RotationStepError';
  readonly retryable = false;
}
