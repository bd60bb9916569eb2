import { OnboardingError } from '../shared/platform/errors.ts';

/** The command was called with invalid arguments, or with a file that does not exist. */
export class UsageError extends OnboardingError {
  override readonly name = 'UsageError';
  readonly retryable = false;
}

/** The operator pressed Ctrl-C at a question. */
export class InterruptedError extends OnboardingError {
  override readonly name = 'InterruptedError';
  readonly retryable = false;
}

/** A setting that the command needs is missing: a table, a region. */
export class SettingMissingError extends OnboardingError {
  override readonly name = 'SettingMissingError';
  readonly retryable = false;
}

/** A sentence before the last one of a message: `Did you mean Workloads? `. Empty without a word. */
export const askWord = (word: string | undefined): string =>
  word === undefined ? '' : `Did you mean ${word}? `;
