import { type Finding, formatFindings, OnboardingError } from '../platform/errors.ts';

/** The file that an operator gave is not a plan file. */
export class MalformedPlanError extends OnboardingError {
  override readonly name = 'MalformedPlanError';
  readonly retryable = false;
  readonly findings: readonly Finding[];

  constructor(source: string, findings: readonly Finding[]) {
    super(`${source} is not a valid plan file:\n${formatFindings(findings)}`, {
      source,
      findings,
    });
    this.findings = findings;
  }
}

/**
 * The plan file cannot be applied: somebody edited it, it is for another installation, or the state of AWS or the
 * configuration has changed since.
 */
export class StalePlanError extends OnboardingError {
  override readonly name = 'StalePlanError';
  readonly retryable = false;
}

/** Too little time of the lease is left to send a write safely, so nothing was sent. */
export class LeaseLostError extends OnboardingError {
  override readonly name = 'LeaseLostError';
  readonly retryable = true;
}

/** A write was sent, but reads still return the older state at the deadline. */
export class NotReadBackError extends OnboardingError {
  override readonly name = 'NotReadBackError';
  readonly retryable = true;
}

/** Somebody changed managed statements again after a run had restored them. */
export class ConflictError extends OnboardingError {
  override readonly name = 'ConflictError';
  readonly retryable = false;
}

/** AWS rejects the whole policy, because an unmanaged statement names a principal that AWS does not accept. */
export class OrphanedPrincipalError extends OnboardingError {
  override readonly name = 'OrphanedPrincipalError';
  readonly retryable = false;
}

/** The active configuration has a central account, but the hub has no update function for it yet. */
export class CentralAccountNotDeployedError extends OnboardingError {
  override readonly name = 'CentralAccountNotDeployedError';
  readonly retryable = false;
}
