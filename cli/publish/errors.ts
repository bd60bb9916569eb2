import { OnboardingError } from '../../shared/platform/errors.ts';

/** The content of a file cannot become a version of its configuration profile. Nothing was created. */
export class InvalidContentError extends OnboardingError {
  override readonly name = 'InvalidContentError';
  readonly retryable = false;
}
