/**
 * The errors that several parts of the project throw or catch; an error of one part is in its `errors.ts`. Names are an
 * interface: state machines match them in `ErrorEquals`, and a test compares the two. `retryable` says whether the same call
 * may succeed later without a person.
 */

/** One thing that is wrong with an input: where (a path such as `grants[2].bucket`), and what would be right. */
export interface Finding {
  readonly path: string;
  readonly message: string;
}

export type ErrorFields = Readonly<Record<string, unknown>>;

export abstract class OnboardingError extends Error {
  abstract override readonly name: string;
  abstract readonly retryable: boolean;
  readonly fields: ErrorFields;

  constructor(message: string, fields: ErrorFields = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.fields = fields;
  }
}

const listed = (findings: readonly Finding[]): string =>
  findings.map(({ path, message }) => `  ${path || '(root)'}: ${message}`).join('\n');

/** The configuration is not valid; every finding at once. */
export class ConfigurationError extends OnboardingError {
  override readonly name = 'ConfigurationError';
  readonly retryable = false;
  readonly findings: readonly Finding[];

  constructor(source: string, findings: readonly Finding[]) {
    const count = findings.length === 1 ? '1 mistake' : `${findings.length} mistakes`;
    super(`${source} has ${count}:\n${listed(findings)}`, { source, findings });
    this.findings = findings;
  }
}

/** The caller's configuration is not the one in force. */
export class ConfigurationMismatchError extends OnboardingError {
  override readonly name = 'ConfigurationMismatchError';
  readonly retryable = false;
}

/** An event or a manual input that is not what it claims to be. */
export class MalformedEventError extends OnboardingError {
  override readonly name = 'MalformedEventError';
  readonly retryable = false;
  readonly findings: readonly Finding[];

  constructor(what: string, findings: readonly Finding[]) {
    super(`${what} cannot be understood:\n${listed(findings)}`, { findings });
    this.findings = findings;
  }
}

/** A plan file that is not what it claims to be. */
export class MalformedPlanError extends OnboardingError {
  override readonly name = 'MalformedPlanError';
  readonly retryable = false;
  readonly findings: readonly Finding[];

  constructor(source: string, findings: readonly Finding[]) {
    super(`${source} is not a plan that can be understood:\n${listed(findings)}`, { source, findings });
    this.findings = findings;
  }
}

/** A plan that was edited, is for something else, or rests on what has moved since. */
export class StalePlanError extends OnboardingError {
  override readonly name = 'StalePlanError';
  readonly retryable = false;
}

/** What was asked for approval is decided otherwise, too old, or was never asked. */
export class ApprovalClosedError extends OnboardingError {
  override readonly name = 'ApprovalClosedError';
  readonly retryable = false;
}

/** A person has said no. */
export class ApprovalRejectedError extends OnboardingError {
  override readonly name = 'ApprovalRejectedError';
  readonly retryable = false;
}

/** Nobody has said anything in time. */
export class ApprovalTimedOutError extends OnboardingError {
  override readonly name = 'ApprovalTimedOutError';
  readonly retryable = false;
}

/** What waited when the run was planned has been approved since: the run goes on without asking. */
export class ApprovalNotNeededError extends OnboardingError {
  override readonly name = 'ApprovalNotNeededError';
  readonly retryable = false;
}

/** No complete import has marked the registry ready, so nothing may be written. */
export class RegistryNotReadyError extends OnboardingError {
  override readonly name = 'RegistryNotReadyError';
  readonly retryable = false;
}

/** An account that is being created: wait, then ask again. */
export class AccountNotReadyError extends OnboardingError {
  override readonly name = 'AccountNotReadyError';
  readonly retryable = true;
}

/** An account that was to be onboarded, but is closed, gone, or was never in the organisation. */
export class AccountNotMemberError extends OnboardingError {
  override readonly name = 'AccountNotMemberError';
  readonly retryable = false;
}

/** Another run holds the lease of the resource. */
export class ResourceBusyError extends OnboardingError {
  override readonly name = 'ResourceBusyError';
  readonly retryable = true;
}

/** Another writer changed an item of the table between our read and our write, more often than we tried. */
export class ConcurrentUpdateError extends OnboardingError {
  override readonly name = 'ConcurrentUpdateError';
  readonly retryable = true;
}

/** The lease ended before the write could be sent; nothing was sent. */
export class LeaseLostError extends OnboardingError {
  override readonly name = 'LeaseLostError';
  readonly retryable = true;
}

/** AWS asked us to slow down. */
export class ThrottledError extends OnboardingError {
  override readonly name = 'ThrottledError';
  readonly retryable = true;
}

/** AWS did not answer, or answered with a fault of its own. A write may have taken effect nevertheless. */
export class ServiceUnavailableError extends OnboardingError {
  override readonly name = 'ServiceUnavailableError';
  readonly retryable = true;
}

/** The read-back did not show what was written before the deadline. */
export class NotReadBackError extends OnboardingError {
  override readonly name = 'NotReadBackError';
  readonly retryable = true;
}

/** A resource that the configuration names does not exist. */
export class ResourceMissingError extends OnboardingError {
  override readonly name = 'ResourceMissingError';
  readonly retryable = false;
}

/** A key or an image is there and cannot be used: it is disabled, or on its way to deletion. */
export class ResourceDisabledError extends OnboardingError {
  override readonly name = 'ResourceDisabledError';
  readonly retryable = false;
}

/** A pattern matches more resources than the configuration allows for one. */
export class TooManyResourcesError extends OnboardingError {
  override readonly name = 'TooManyResourcesError';
  readonly retryable = false;
}

/** AWS does not take an account's credentials in a region: most likely it is not enabled there. */
export class RegionNotEnabledError extends OnboardingError {
  override readonly name = 'RegionNotEnabledError';
  readonly retryable = false;
}

/** AWS denied an action: who, what, on what, through which role. */
export class AccessDeniedError extends OnboardingError {
  override readonly name = 'AccessDeniedError';
  readonly retryable = false;
}

/** The document that stands in AWS is not a policy that we can read, so we do not touch it. */
export class MalformedPolicyError extends OnboardingError {
  override readonly name = 'MalformedPolicyError';
  readonly retryable = false;
  readonly findings: readonly Finding[];

  constructor(where: string, findings: readonly Finding[], cause?: unknown) {
    super(
      `The policy of ${where} cannot be understood:\n${listed(findings)}\nIt was not changed. Correct it there, then run again`,
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

/** Others have changed what is ours on a resource again, after it was restored. */
export class ContestedError extends OnboardingError {
  override readonly name = 'ContestedError';
  readonly retryable = false;
}

/** The document would exceed the service's limit. */
export class PolicyTooLargeError extends OnboardingError {
  override readonly name = 'PolicyTooLargeError';
  readonly retryable = false;
}

/** A change that only a person may allow: it would open a resource, or take it from many accounts at once. */
export class UnsafeChangeError extends OnboardingError {
  override readonly name = 'UnsafeChangeError';
  readonly retryable = false;
}

/** AWS does not accept an account as a principal (yet, or any more). */
export class InvalidPrincipalError extends OnboardingError {
  override readonly name = 'InvalidPrincipalError';
  readonly retryable = true;
}

/** AWS refuses a policy because an unmanaged statement names a principal that AWS does not accept. */
export class OrphanedPrincipalError extends OnboardingError {
  override readonly name = 'OrphanedPrincipalError';
  readonly retryable = false;
}

/** AWS refused the document that we sent for another reason. */
export class PolicyRefusedError extends OnboardingError {
  override readonly name = 'PolicyRefusedError';
  readonly retryable = false;
}

/** AWS refused a request that writes no document, such as a table item that is too large. */
export class RequestRefusedError extends OnboardingError {
  override readonly name = 'RequestRefusedError';
  readonly retryable = false;
}

/** An error as it is kept in records and printed as JSON. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly fields?: ErrorFields;
}

/** Turns whatever was thrown into a record; a stranger's message is kept, its stack is not. */
export function errorRecord(thrown: unknown): ErrorRecord {
  if (thrown instanceof OnboardingError) {
    const { name, message, retryable, fields } = thrown;
    return { name, message, retryable, fields };
  }
  if (thrown instanceof Error) return { name: thrown.name, message: thrown.message, retryable: false };
  return { name: 'Error', message: String(thrown), retryable: false };
}

/** A retryable failure of one of several things, thrown again under its own name for the state machine to match. */
class RecordedError extends OnboardingError {
  override readonly name: string;
  readonly retryable: boolean;

  constructor({ name, message, retryable, fields }: ErrorRecord) {
    super(message, fields);
    this.name = name;
    this.retryable = retryable;
  }
}

export const retryableError = (record: ErrorRecord): OnboardingError => new RecordedError(record);
