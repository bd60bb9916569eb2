import { type Finding, formatFindings, OnboardingError } from '../platform/errors.ts';

/** The configuration is invalid. The error contains every mistake. */
export class ConfigurationError extends OnboardingError {
  override readonly name = 'ConfigurationError';
  readonly retryable = false;
  readonly findings: readonly Finding[];

  constructor(source: string, findings: readonly Finding[]) {
    const count = findings.length === 1 ? '1 mistake' : `${findings.length} mistakes`;
    super(`${source} has ${count}:\n${formatFindings(findings)}`, { source, findings });
    this.findings = findings;
  }
}

/** The configuration that the caller uses is not the active one. */
export class ConfigurationMismatchError extends OnboardingError {
  override readonly name = 'ConfigurationMismatchError';
  readonly retryable = false;
}
