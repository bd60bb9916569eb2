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
  RegionNotEnabledError,
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
  /** Of a client that acts in one account and region of the organisation. */
  readonly place?: { readonly accountId: string; readonly region: string };
}

/**
 * The project's error for what the SDK threw. Errors of our own, and names that are not known here (such as
 * `NoSuchBucketPolicy`, which means "absent" to its grant kind), come back as they are.
 */
export function translateError(thrown: unknown, attempt: Attempt): unknown {
  if (thrown instanceof OnboardingError || !(thrown instanceof Error)) return thrown;
  const what = `${attempt.service}:${attempt.operation} on ${attempt.on}`;
  const fields = { ...attempt, awsError: thrown.name };
  if (attempt.place !== undefined && isUnknownThere(thrown))
    return notEnabled(what, thrown, { ...fields, ...attempt.place });
  if (isPlannedForDeletion(thrown))
    return new ResourceMissingError(
      `${what}: it is planned for deletion. Restore it, or take its name out of the configuration`,
      { ...fields, restorable: true },
      thrown,
    );
  const rule = rules.find(({ names }) => names.has(thrown.name));
  if (rule !== undefined) return rule.error(what, thrown, fields);
  const error = thrown as SdkError;
  if (isThrottlingError(error)) return new ThrottledError(`${what}: AWS asked to slow down`, fields, thrown);
  if (isTransientError(error) || isServerError(error) || networkErrors.has(codeOf(thrown)))
    return new ServiceUnavailableError(`${what}: no usable answer (${thrown.message})`, fields, thrown);
  return thrown;
}

/**
 * What services answer where an account has not enabled a region, to credentials that are good elsewhere:
 * UnrecognizedClientException (ECR, KMS, Secrets Manager, the tagging service: JSON protocol), InvalidClientTokenId (IAM,
 * STS and others of the query protocol), OptInRequired and AuthFailure (EC2; the latter also means a denial and is told
 * by its text: AWS re:Post, "AWS was not able to validate the provided access credentials").
 */
const isUnknownThere = ({ name, message }: Error): boolean =>
  ['UnrecognizedClientException', 'InvalidClientTokenId', 'OptInRequired'].includes(name) ||
  (name === 'AuthFailure' && /not able to validate the provided access credentials/i.test(message));

/** A secret, for 7 to 30 days: "The secret is scheduled for deletion" (GetResourcePolicy, Secrets Manager API reference). */
const isPlannedForDeletion = ({ name, message }: Error): boolean =>
  name === 'InvalidRequestException' && /(marked|scheduled) for deletion/i.test(message);

function notEnabled(
  what: string,
  thrown: Error,
  fields: ErrorFields & { readonly accountId: string; readonly region: string },
): RegionNotEnabledError {
  const { accountId, region } = fields;
  return new RegionNotEnabledError(
    `${what}: AWS does not take the credentials of account ${accountId} in ${region} (${thrown.name}). Most likely the ` +
      `account has not enabled that region: enable it there, or take ${region} out of the grant's \`regions\``,
    fields,
    thrown,
  );
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
