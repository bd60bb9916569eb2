import { OnboardingError } from '../../platform/errors.ts';

/** Secrets Manager requested a step of a rotation that must not be done. */
export class RotationRefusedError extends OnboardingError {
  override readonly name = 'RotationRefusedError';
  readonly retryable = false;
}

/**
 * A step failed in the system that uses the secret. Secrets Manager tries it again. The error never contains a value of
 * the secret.
 */
export class RotationStepError extends OnboardingError {
  override readonly name = 'RotationStepError';
  readonly retryable = false;
}
