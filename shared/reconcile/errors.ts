import { type Finding, formatFindings, OnboardingError } from '../platform/errors.ts';

/** A file that is not a plan file. */
export class MalformedPlanError extends OnboardingError {
  override readonly name = 'MalformedPlanError';
  readonly retryable = false;
  readonly findings: readonly Finding[];

  constructor(source: string, findings: readonly Finding[]) {
    super(`${source} is not a plan that can be understood:\n${formatFindings(findings)}`, {
      source,
      findings,
    });
    this.findings = findings;
  }
}

/**
 * A plan that cannot be applied: it was edited, is for another installation, or is older than a change that matters.
 */
export class StalePlanError extends OnboardingError {
  override readonly name = 'StalePlanError';
  readonly retryable = false;
}

/** The lease ended before the write could be sent, so no write was sent. */
export class LeaseLostError extends OnboardingError {
  override readonly name = 'LeaseLostError';
  readonly retryable = true;
}

/** A write was sent, and AWS did not return the new state before the deadline. */
export class NotReadBackError extends OnboardingError {
  override readonly name = 'NotReadBackError';
  readonly retryable = true;
}

/** Managed statements were changed externally again, after a run had restored them. */
export class ConflictError extends OnboardingError {
  override readonly name = 'ConflictError';
  readonly retryable = false;
}

/** AWS rejects a policy because an unmanaged statement names a principal that AWS does not accept. */
export class OrphanedPrincipalError extends OnboardingError {
  override readonly name = 'OrphanedPrincipalError';
  readonly retryable = false;
}

/** The active configuration has a central account for which no update function is deployed yet. */
export class CentralAccountNotDeployedError extends OnboardingError {
  override readonly name = 'CentralAccountNotDeployedError';
  readonly retryable = false;
}
