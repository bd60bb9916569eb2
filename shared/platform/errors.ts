/**
 * Errors that several parts of the project throw or catch. Errors of one part are in the `errors.ts` of that part.
 * State machines match the names in `ErrorEquals`, and a test compares both lists, so do not rename an error alone.
 * `retryable` says whether a repeated call may succeed without an operator.
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

/** An event, or an operator's input, has an invalid form. */
export class MalformedEventError extends OnboardingError {
  override readonly name = 'MalformedEventError';
  readonly retryable = false;
  readonly findings: readonly Finding[];

  constructor(what: string, findings: readonly Finding[]) {
    super(`${what} cannot be understood:\n${formatFindings(findings)}`, { findings });
    this.findings = findings;
  }
}

/** In every attempt, another writer changed an item of the table between the read and the write. */
export class ConcurrentUpdateError extends OnboardingError {
  override readonly name = 'ConcurrentUpdateError';
  readonly retryable = true;
}

/** An error as it is stored in records and printed as JSON. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly fields?: ErrorFields;
}

/** The record of any thrown value. An unknown error keeps its message, but not its stack. */
export function toErrorRecord(thrown: unknown): ErrorRecord {
  if (thrown instanceof OnboardingError) {
    const { name, message, retryable, fields } = thrown;
    return { name, message, retryable, fields };
  }
  if (thrown instanceof Error) return { name: thrown.name, message: thrown.message, retryable: false };
  return { name: 'Error', message: String(thrown), retryable: false };
}

/** Throws a stored error again under its own name, so that the state machine can match the name. */
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
