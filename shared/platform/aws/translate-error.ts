import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import type { SdkError } from '@smithy/types';
import { ConcurrentUpdateError, type ErrorFields, OnboardingError } from '../errors.ts';
import type { Attempt, FailedCall } from './attempt.ts';
import { adviseOnDenial } from './denials.ts';
import {
  AccessDeniedError,
  InvalidPrincipalError,
  PolicyRefusedError,
  PolicyTooLargeError,
  RegionNotEnabledError,
  RequestRefusedError,
  ResourceMissingError,
  ServiceUnavailableError,
  ThrottledError,
} from './errors.ts';
import { classifyRefusal } from './refusals.ts';
import { classifyError } from './service-errors.ts';
import { explainUnusable } from './unusable.ts';

/**
 * Converts an error of the SDK to an error of this project. Errors of this project stay as they are. Unknown errors do
 * too, because grant kinds need some of them: `NoSuchBucketPolicy` tells one that there is no policy.
 */
export function translateError(thrown: unknown, attempt: Attempt): unknown {
  if (thrown instanceof OnboardingError || !(thrown instanceof Error)) return thrown;
  const what = `${attempt.service}:${attempt.operation} on ${attempt.on}`;
  const fields: Attempt & ErrorFields = { ...attempt, awsError: thrown.name };
  if (attempt.place !== undefined && isUnknownThere(thrown))
    return notEnabled(what, thrown, { ...fields, ...attempt.place });
  const call: FailedCall = { what, thrown, fields };
  const special = refusedDocument(call) ?? explainUnusable(call) ?? ofTable(call);
  if (special !== undefined) return special;
  const translated = knownError(call);
  if (translated !== undefined) return translated;
  const error = thrown as SdkError;
  if (isThrottlingError(error)) return new ThrottledError(`${what}: AWS asked to slow down`, fields, thrown);
  if (isTransientError(error) || isServerError(error) || networkErrors.has(codeOf(thrown)))
    return new ServiceUnavailableError(`${what}: no usable answer (${thrown.message})`, fields, thrown);
  return thrown;
}

/**
 * Whether the account has not enabled the region. AWS then rejects valid credentials, with a name that depends on the
 * service's protocol: ECR, KMS, Secrets Manager and the tagging service (JSON protocol) answer
 * UnrecognizedClientException, IAM, STS and other services of the query protocol InvalidClientTokenId, and EC2
 * OptInRequired or AuthFailure. AuthFailure may also be a normal denial. Only its message tells (AWS re:Post, "AWS was
 * not able to validate the provided access credentials").
 */
const isUnknownThere = ({ name, message }: Error): boolean =>
  ['UnrecognizedClientException', 'InvalidClientTokenId', 'OptInRequired'].includes(name) ||
  (name === 'AuthFailure' && /not able to validate the provided access credentials/i.test(message));

/** Why AWS rejected a call that writes a document or a list of accounts. `undefined` for any other call. */
function refusedDocument({ what, thrown, fields }: FailedCall): OnboardingError | undefined {
  const { service, operation } = fields;
  switch (classifyRefusal({ service, operation, error: thrown })) {
    case 'principal':
      return new InvalidPrincipalError(
        `${what}: AWS rejected a principal: ${thrown.message}`,
        fields,
        thrown,
      );
    case 'maybe-principal':
      return new InvalidPrincipalError(
        `${what}: AWS rejected the document and does not name the cause, which may be a principal: ${thrown.message}`,
        { ...fields, ambiguous: true },
        thrown,
      );
    case 'document':
      return new PolicyRefusedError(`${what}: AWS rejected the document: ${thrown.message}`, fields, thrown);
    default:
      return undefined;
  }
}

/** Errors of DynamoDB. They are about this project's table, and never about a resource of the configuration. */
function ofTable({ what, thrown, fields }: FailedCall): OnboardingError | undefined {
  if (fields.service !== 'dynamodb') return undefined;
  if (otherKeys.test(`${thrown.message} ${reasonsOf(thrown)}`))
    return new RequestRefusedError(
      `${what}: this is not a table of account-onboarding, whose keys are the strings pk and sk ` +
        `(${thrown.message}). This call changed nothing. Check ONBOARDING_TABLE: the deployed table is called ` +
        'account-onboarding-INSTALLATION',
      fields,
      thrown,
    );
  if (/item size/i.test(`${thrown.message} ${reasonsOf(thrown)}`))
    return new RequestRefusedError(
      `${what}: the item would be larger than the 400 KB that DynamoDB takes, so it was not stored. ` +
        'Fewer accounts or resources in one grant make it smaller',
      fields,
      thrown,
    );
  if (/limit|quota/i.test(thrown.name))
    return new RequestRefusedError(
      `${what}: a limit of DynamoDB is reached: ${thrown.message}`,
      fields,
      thrown,
    );
  return undefined;
}

/** Messages of DynamoDB and of DynamoDB Local if the table has another key schema than expected. */
const otherKeys =
  /does not match the schema|missed key schema element|Missing the key|Type mismatch for key|does not match schema type/;

/**
 * Why DynamoDB has cancelled a transaction: one reason for each item ("TransactWriteItems", DynamoDB API reference).
 */
const reasonsOf = (thrown: Error): string =>
  'CancellationReasons' in thrown ? JSON.stringify(thrown.CancellationReasons) : '';

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

/**
 * Errors with a known meaning. The service and the operation decide about it, because services use the same names for
 * different things.
 */
function knownError({ what, thrown, fields }: FailedCall): OnboardingError | undefined {
  const { service, operation, via } = fields;
  const { message } = thrown;
  const classified = classifyError({ service, operation, error: thrown });
  switch (classified?.meaning) {
    case 'denied':
      return new AccessDeniedError(
        `${what} was denied to ${via}: ${message}. ${adviseOnDenial(message, fields)}`,
        fields,
        thrown,
      );
    case 'missing':
      return new ResourceMissingError(
        `${what}: ${classified.thing} does not exist (${message}). ${classified.advice}`,
        fields,
        thrown,
      );
    case 'conflict':
      return new ConcurrentUpdateError(
        `${what}: another request is changing ${classified.thing} at this moment (${message})`,
        fields,
        thrown,
      );
    case 'limit':
      return new PolicyTooLargeError(
        `${what}: a limit of the service is reached: ${message}`,
        fields,
        thrown,
      );
    case 'request':
      return new RequestRefusedError(`${what}: AWS rejected the request: ${message}`, fields, thrown);
    default:
      return undefined;
  }
}

const networkErrors: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

const codeOf = (error: Error): string => String((error as { code?: unknown }).code ?? '');
