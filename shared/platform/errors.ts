/**
 * The errors that several parts of the project throw or catch; an error of one part is in its `errors.ts`. Names are an
 * interface: state machines match them in `ErrorEquals`, and a test compares the two. `retryable` says whether the same call
 * may succeed later without an operator.
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

export const formatFindings = (findings: readonly Finding[]): string =>
  findings.map(({ path, message }) => `  ${path || '(root)'}: ${message}`).join('\n');

/** An event or a manual input that is not what it claims to be. */
export class MalformedEventError extends OnboardingError {
  override readonly name = 'MalformedEventError';
  readonly retryable = false;
  readonly findings: readonly Finding[];

  constructor(what: string, findings: readonly Finding[]) {
    super(`${what} cannot be understood:\n${formatFindings(findings)}`, { findings });
    this.findings = findings;
  }
}

/** Another writer changed an item of the table between our read and our write, more often than we tried. */
export class ConcurrentUpdateError extends OnboardingError {
  override readonly name = 'ConcurrentUpdateError';
  readonly retryable = true;
}

/** An error as it is kept in records and printed as JSON. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly fields?: ErrorFields;
}

/** Turns whatever was thrown into a record; a stranger's message is kept, its stack is not. */
export function toErrorRecord(thrown: unknown): ErrorRecord {
  if (thrown instanceof OnboardingError) {
    const { name, message, retryable, fields } = thrown;
    return { name, message, retryable, fields };
  }
  if (thrown instanceof Error) return { name: thrown.name, message: thrown.message, retryable: false };
  return { name: 'Error', message: String(thrown), retryable: false };
}

/** A retryable failure of one of several things, thrown again under its own name for the state machine to match. */
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
