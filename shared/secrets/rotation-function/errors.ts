import { OnboardingError } from '../../platform/errors.ts';

/** A rotation that Secrets Manager asks for in a way in which it must not be done. */
export class RotationRefusedError extends OnboardingError {
  override readonly name = 'RotationRefusedError';
  readonly retryable = false;
}

/** A step of a rotation failed where the secret is used; Secrets Manager tries it again. Holds no value. */
export class RotationStepError extends OnboardingError {
  override readonly name = 'RotationStepError';
  readonly retryable = false;
}
