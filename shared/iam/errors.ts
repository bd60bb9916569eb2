import { type Finding, formatFindings, OnboardingError } from '../platform/errors.ts';

/** A policy in AWS that this project does not fully understand. It is not changed. */
export class MalformedPolicyError extends OnboardingError {
  override readonly name = 'MalformedPolicyError';
  readonly retryable = false;
  readonly findings: readonly Finding[];

  constructor(where: string, findings: readonly Finding[], cause?: unknown) {
    super(
      `The policy of ${where} cannot be understood:\n${formatFindings(findings)}\nIt was not changed. Correct it there, then run again`,
      { where, findings },
      cause,
    );
    this.findings = findings;
  }
}

/**
 * A statement or resource has the mark of this installation, but the table does not say that this installation wrote
 * it.
 */
export class OwnershipClashError extends OnboardingError {
  override readonly name = 'OwnershipClashError';
  readonly retryable = false;
}
