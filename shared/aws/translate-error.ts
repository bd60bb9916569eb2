import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import type { SdkError } from '@smithy/types';
import {
  AccessDeniedError,
  ConcurrentUpdateError,
  type ErrorFields,
  InvalidPrincipalError,
  OnboardingError,
  PolicyRefusedError,
  PolicyTooLargeError,
  ResourceMissingError,
  ServiceUnavailableError,
  ThrottledError,
} from '../errors.ts';

/** Who did what on what. */
export interface Attempt {
  readonly service: string;
  readonly operation: string;
  /** What it was done on, for people. */
  readonly on: string;
  /** Through which identity. */
  readonly via: string;
}

/**
 * The project's error for what the SDK threw. Errors of our own, and names that are not known here (such as
 * `NoSuchBucketPolicy`, which means "absent" to its grant kind), come back as they are.
 */
export function translateError(thrown: unknown, attempt: Attempt): unknown {
  if (thrown instanceof OnboardingError || !(thrown instanceof Error)) return thrown;
  const what = `${attempt.service}:${attempt.operation} on ${attempt.on}`;
  const fields = { ...attempt, awsError: thrown.name };
  const rule = rules.find(({ names }) => names.has(thrown.name));
  if (rule !== undefined) return rule.error(what, thrown, fields);
  const error = thrown as SdkError;
  if (isThrottlingError(error)) return new ThrottledError(`${what}: AWS asked to slow down`, fields, thrown);
  if (isTransientError(error) || isServerError(error) || networkErrors.has(codeOf(thrown)))
    return new ServiceUnavailableError(`${what}: no usable answer (${thrown.message})`, fields, thrown);
  return thrown;
}

interface Rule {
  readonly names: ReadonlySet<string>;
  readonly error: (what: string, thrown: Error, fields: Attempt & ErrorFields) => OnboardingError;
}

const rules: readonly Rule[] = [
  {
    names: new Set([
      'AccessDenied',
      'AccessDeniedException',
      'UnauthorizedOperation',
      'AuthFailure',
      'AuthorizationError',
      'AuthorizationErrorException',
    ]),
    error: (what, thrown, fields) =>
      new AccessDeniedError(
        `${what} was denied to ${fields.via}: ${thrown.message}. ${accessDeniedAdvice(thrown.message)}`,
        fields,
        thrown,
      ),
  },
  {
    names: new Set([
      'NoSuchBucket',
      'NotFoundException',
      'RepositoryNotFoundException',
      'ResourceNotFoundException',
      'NoSuchEntity',
      'NoSuchEntityException',
      'InvalidAMIID.NotFound',
      'InvalidAMIID.Unavailable',
    ]),
    error: (what, thrown, fields) =>
      new ResourceMissingError(
        `${what}: it does not exist (${thrown.message}). Create it, or correct its name in the configuration`,
        fields,
        thrown,
      ),
  },
  {
    names: new Set([
      'MalformedPolicy',
      'MalformedPolicyDocument',
      'MalformedPolicyDocumentException',
      'InvalidParameterException',
      'PublicPolicyException',
      'ValidationException',
    ]),
    error: (what, thrown, fields) =>
      refusedPrincipal.test(thrown.message)
        ? new InvalidPrincipalError(`${what}: AWS refused a principal: ${thrown.message}`, fields, thrown)
        : new PolicyRefusedError(`${what}: AWS refused the document: ${thrown.message}`, fields, thrown),
  },
  {
    // Two requests for one thing met, and AWS asks to try again (S3, IAM and DynamoDB API references, "Errors").
    names: new Set([
      'TransactionConflictException',
      'OperationAborted',
      'ConcurrentModification',
      'ConcurrentModificationException',
      'EntityTemporarilyUnmodifiable',
      'EntityTemporarilyUnmodifiableException',
    ]),
    error: (what, thrown, fields) =>
      new ConcurrentUpdateError(
        `${what}: somebody else is changing it at this moment (${thrown.message})`,
        fields,
        thrown,
      ),
  },
  {
    names: new Set(['LimitExceededException', 'LimitExceeded', 'PolicyLengthExceededException']),
    error: (what, thrown, fields) =>
      new PolicyTooLargeError(
        `${what}: a limit of the service is reached: ${thrown.message}`,
        fields,
        thrown,
      ),
  },
];

/** S3: "Invalid principal in policy"; KMS: "… one or more invalid principals"; others alike. */
const refusedPrincipal =
  /(invalid|unsupported|unknown) principal|principal\b.*(not found|not valid|invalid|exist)/i;

/** A service control policy cannot be helped by permissions in the account (FACTS: Control Tower's controls). */
const accessDeniedAdvice = (message: string): string =>
  /service control policy/i.test(message)
    ? 'A service control policy forbids it: exempt the role there, or take the resource out of the configuration'
    : 'Check the role, its trust policy and its permissions';

const networkErrors: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

const codeOf = (error: Error): string => String((error as { code?: unknown }).code ?? '');
