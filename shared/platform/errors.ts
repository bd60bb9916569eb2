/**
 * Errors that several parts of the project throw or catch. Errors of a single part are in the `errors.ts` of that part.
 * State machines name errors under `ErrorEquals`, and a test compares both lists. So an error must not be renamed here
 * alone. `retryable` says whether a repeated call may succeed without an operator.
 */

/** One mistake in an input: where it is (a path such as `grants[2].bucket`), and how to correct it. */
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

/** An event or an operator's input does not have the required form. */
export class MalformedEventError extends OnboardingError {
  override readonly name = 'MalformedEventError';
  readonly retryable = false;
  readonly findings: readonly Finding[];

  constructor(what: string, findings: readonly Finding[]) {
    super(`${what} cannot be understood:\n${formatFindings(findings)}`, { findings });
    this.findings = findings;
  }
}

/** In every attempt, another writer changed the item of the table after it was read and before it could be written. */
export class ConcurrentUpdateError extends OnboardingError {
  override readonly name = 'ConcurrentUpdateError';
  readonly retryable = true;
}

/** An error in the form in which records store it and commands print it as JSON. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly fields?: ErrorFields;
}

/** Converts anything that was thrown to a record. An unknown error keeps its message and loses its stack. */
export function toErrorRecord(thrown: unknown): ErrorRecord {
  if (thrown instanceof OnboardingError) {
    const { name, message, retryable, fields } = thrown;
    return { name, message, retryable, fields };
  }
  if (thrown instanceof Error) return { name: thrown.name, message: thrown.message, retryable: false };
  return { name: 'Error', message: String(thrown), retryable: false };
}

/** A stored error that is thrown again. It has its earlier name, by which the state machine recognizes it. */
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
