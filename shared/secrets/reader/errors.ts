import { OnboardingError } from '../../platform/errors.ts';

/**
 * A deployed configuration could not be read, or does not match the schema of its reader. The error never contains
 * content of the configuration.
 */
export class ConfigurationUnavailableError extends OnboardingError {
  override readonly name = 'ConfigurationUnavailableError';
  readonly retryable = true;
}

/** An environment variable that the reader needs is missing or malformed. */
export class ReaderSettingsError extends OnboardingError {
  override readonly name = 'ReaderSettingsError';
  readonly retryable = false;
}
