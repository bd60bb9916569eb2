import { type Finding, formatFindings, OnboardingError } from '../platform/errors.ts';

/** The document in AWS is not a readable policy, so this installation does not touch it. */
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

/** The content carries this installation's mark, but the table does not remember a write of it. */
export class OwnershipClashError extends OnboardingError {
  override readonly name = 'OwnershipClashError';
  readonly retryable = false;
}
