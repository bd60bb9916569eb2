import { type Finding, formatFindings, OnboardingError } from '../platform/errors.ts';

/** The document that stands in AWS is not a policy that we can read, so we do not touch it. */
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

/** Something carries our mark, but we never wrote it. */
export class OwnershipClashError extends OnboardingError {
  override readonly name = 'OwnershipClashError';
  readonly retryable = false;
}
