import { OnboardingError } from '../../platform/errors.ts';

/** A deployed configuration could not be read, or its reader rejects it. The error has none of its content. */
export class ConfigurationUnavailableError extends OnboardingError {
  override readonly name = 'ConfigurationUnavailableError';
  readonly retryable = true;
}

/** An environment variable that the reader needs is missing or malformed. */
export class ReaderSettingsError extends OnboardingError {
  override readonly name = 'ReaderSettingsError';
  readonly retryable = false;
}
