import { OnboardingError } from '../../platform/errors.ts';

/** A request of Secrets Manager for a rotation that must not be done. */
export class RotationRefusedError extends OnboardingError {
  override readonly name = 'RotationRefusedError';
  readonly retryable = false;
}

/** A step of a rotation failed at the system that uses the secret. Secrets Manager tries it again. Holds no value. */
export class RotationStepError extends OnboardingError {
  override readonly name = 'RotationStepError';
  readonly retryable = false;
}
