import { type Finding, formatFindings, OnboardingError } from '../platform/errors.ts';

/** The policy in AWS cannot be understood, so this installation does not change it. */
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

/** Content has the mark of this installation, but the table has no record that this installation wrote it. */
export class OwnershipClashError extends OnboardingError {
  override readonly name = 'OwnershipClashError';
  readonly retryable = false;
}
