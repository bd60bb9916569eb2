/**
 * The errors that several parts of the project throw or catch. Errors of one part are in its `errors.ts`. Names are an
 * interface: state machines match them in `ErrorEquals`, and a test compares both lists. `retryable` says whether a
 * repeated call may succeed later without an operator.
 */

/** One mistake in an input: its place (a path such as `grants[2].bucket`), and the correction. */
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

export const formatFindings = (findings: readonly Finding[]): string =>
  findings.map(({ path, message }) => `  ${path || '(root)'}: ${message}`).join('\n');

/** An event or a manual input of an invalid form. */
export class MalformedEventError extends OnboardingError {
  override readonly name = 'MalformedEventError';
  readonly retryable = false;
  readonly findings: readonly Finding[];

  constructor(what: string, findings: readonly Finding[]) {
    super(`${what} cannot be understood:\n${formatFindings(findings)}`, { findings });
    this.findings = findings;
  }
}

/** Another writer changed an item of the table between a read and the write, in every attempt. */
export class ConcurrentUpdateError extends OnboardingError {
  override readonly name = 'ConcurrentUpdateError';
  readonly retryable = true;
}

/** The form of an error in records and in JSON. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly fields?: ErrorFields;
}

/** Converts any thrown value to a record. An unknown error keeps its message and loses its stack. */
export function toErrorRecord(thrown: unknown): ErrorRecord {
  if (thrown instanceof OnboardingError) {
    const { name, message, retryable, fields } = thrown;
    return { name, message, retryable, fields };
  }
  if (thrown instanceof Error) return { name: thrown.name, message: thrown.message, retryable: false };
  return { name: 'Error', message: String(thrown), retryable: false };
}

/** A retryable failure of one part, thrown again under its own name so that the state machine can match it. */
class RehydratedError extends OnboardingError {
  override readonly name: string;
  readonly retryable: boolean;

  constructor({ name, message, retryable, fields }: ErrorRecord) {
    super(message, fields);
    this.name = name;
    this.retryable = retryable;
  }
}

export const rehydrateError = (record: ErrorRecord): OnboardingError => new RehydratedError(record);
