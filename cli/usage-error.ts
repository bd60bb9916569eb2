import { OnboardingError } from '../shared/platform/errors.ts';

/** The command was called in a way that it does not understand, or names a file that is not there. */
export class UsageError extends OnboardingError {
  override readonly name = 'UsageError';
  readonly retryable = false;
}

/** Something that the command needs is not set: a table, a region. */
export class SettingMissingError extends OnboardingError {
  override readonly name = 'SettingMissingError';
  readonly retryable = false;
}
