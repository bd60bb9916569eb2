/** What an error of an AWS service means. Errors about rejected documents are in `refusals.ts`. */
export type ErrorMeaning =
  | { readonly meaning: 'denied' | 'limit' | 'request' }
  /** The resource does not exist. Has the type of the resource in words, and what an operator should do. */
  | { readonly meaning: 'missing'; readonly thing: string; readonly advice: string }
  /** Two requests changed the same resource at the same time. AWS asks for a retry. */
  | { readonly meaning: 'conflict'; readonly thing: string };

interface MissingRow {
  /** Names of the error in the SDK. A service may use several names for the same error. */
  readonly names: readonly string[];
  /** The operations for which the error has this meaning. Default: every operation of the service. */
  readonly operations?: readonly string[];
  /** What the message of the error must contain. Default: anything. */
  readonly text?: RegExp;
  readonly thing: string;
  /** Default: `createOrCorrect`. */
  readonly advice?: string;
}

interface ServiceErrors {
  /** Names with which this service denies a call, besides the names that all services use. */
  readonly denied?: readonly string[];
  /** What does not exist. The first row that matches the call is right. */
  readonly missing?: readonly MissingRow[];
  readonly conflict?: { readonly names: readonly string[]; readonly thing: string };
  /** Names of errors that mean that the written content exceeds a limit. */
  readonly limit?: readonly string[];
}

const createOrCorrect = 'Create it, or correct its name in the configuration';

/**
 * Names and messages of errors are from the API reference of each service, under the action's "Errors" and under
 * "Common Errors". No page lists the messages of IAM's `NoSuchEntity`. hashicorp/terraform-provider-aws pull request
 * 9278 shows "The group with name … cannot be found.", and prowler-cloud/prowler pull request 2872 the message for a
 * role. If a message matches no pattern, the operation says what does not exist.
 */
const noEntity = ['NoSuchEntity', 'NoSuchEntityException'];
const notFound = ['ResourceNotFoundException'];

/**
 * What the errors of each service mean. One name can have several meanings: `ResourceNotFoundException` is about a
 * DynamoDB table, a secret, one version of a secret, or an AppConfig application. An error that is not listed for its
 * service has no known meaning. The caller gets it as it is.
 */
const services: Readonly<Record<string, ServiceErrors>> = {
  s3: {
    missing: [{ names: ['NoSuchBucket'], thing: 'the bucket' }],
    conflict: { names: ['OperationAborted'], thing: 'the bucket' },
  },
  kms: {
    missing: [
      {
        names: ['NotFoundException'],
        operations: ['RevokeGrant'],
        thing: 'the key or the grant',
        advice: 'If the key exists, the grant was revoked already: start the run again',
      },
      { names: ['NotFoundException'], thing: 'the key' },
    ],
    limit: ['LimitExceededException'],
  },
  iam: {
    missing: [
      { names: noEntity, text: /^policy\b/i, thing: 'the policy' },
      { names: noEntity, text: /^the (user|role|group) with name/i, thing: 'the role or group' },
      {
        names: noEntity,
        operations: [
          'GetPolicy',
          'GetPolicyVersion',
          'ListPolicyVersions',
          'CreatePolicyVersion',
          'DeletePolicy',
          'DeletePolicyVersion',
        ],
        thing: 'the policy',
      },
      { names: noEntity, operations: ['GetRole', 'UpdateAssumeRolePolicy'], thing: 'the role' },
      { names: noEntity, thing: 'the role, the group or the policy' },
    ],
    conflict: {
      names: [
        'ConcurrentModification',
        'ConcurrentModificationException',
        'EntityTemporarilyUnmodifiable',
        'EntityTemporarilyUnmodifiableException',
      ],
      thing: 'the role, the group or the policy',
    },
    limit: ['LimitExceeded', 'LimitExceededException'],
  },
  ecr: {
    missing: [{ names: ['RepositoryNotFoundException'], thing: 'the repository' }],
    limit: ['LimitExceededException', 'PolicyLengthExceededException'],
  },
  secretsmanager: {
    missing: [
      {
        names: notFound,
        text: /specified secret (value|version)|staging label/i,
        thing: 'that version of the secret',
        advice: 'Give the secret a value, or start its rotation again',
      },
      { names: notFound, thing: 'the secret' },
    ],
    limit: ['LimitExceededException'],
  },
  ec2: {
    denied: ['UnauthorizedOperation', 'AuthFailure'],
    missing: [{ names: ['InvalidAMIID.NotFound'], thing: 'the image' }],
    limit: ['ResourceLimitExceeded'],
  },
  dynamodb: {
    missing: [
      { names: notFound, thing: 'the table', advice: 'Check ONBOARDING_TABLE and AWS_REGION' },
      {
        names: ['TableNotFoundException'],
        thing: 'the table',
        advice: 'Check ONBOARDING_TABLE and AWS_REGION',
      },
    ],
    conflict: { names: ['TransactionConflictException'], thing: 'an item of the table' },
  },
  sts: {},
  organizations: {
    missing: [
      {
        names: ['AWSOrganizationsNotInUseException'],
        thing: 'the organization',
        advice: 'The account of the credentials is in no organization: use an account of yours',
      },
    ],
    conflict: { names: ['ConcurrentModificationException'], thing: 'the organization' },
  },
  appconfig: {
    missing: [
      {
        names: notFound,
        thing: 'the application, or the environment, profile, strategy or version that the call names,',
      },
    ],
  },
  eventbridge: {
    missing: [{ names: notFound, thing: 'the event bus', advice: "Deploy the project's latest stack" }],
  },
  sns: {
    denied: ['AuthorizationError', 'AuthorizationErrorException'],
    missing: [
      {
        names: ['NotFound', 'NotFoundException'],
        thing: 'the topic',
        advice: 'Create it, or correct `notifications.topic` in the configuration',
      },
    ],
  },
  sfn: {
    missing: [
      {
        names: ['StateMachineDoesNotExist', 'ExecutionDoesNotExist'],
        thing: 'the state machine or its execution',
        advice: "Deploy the project's latest stack",
      },
    ],
  },
  // PaginationTokenExpiredException and InvalidParameterException are not listed, because both are about the request
  // and no resource.
  resourcegroupstaggingapi: {},
};

const commonDenials: readonly string[] = ['AccessDenied', 'AccessDeniedException'];

/** Errors with which AWS rejects a call without a document, for example because a value is invalid. */
const requestNames: readonly string[] = [
  'InvalidParameterException',
  'ValidationException',
  'ValidationError',
];

export interface ServiceError {
  /** Service and operation as `toServiceName` and `toOperationName` write them. */
  readonly service: string;
  readonly operation: string;
  readonly error: Error;
}

/** @returns `undefined` for an error without a known meaning, such as one that only a grant kind understands */
export function classifyError(call: ServiceError): ErrorMeaning | undefined {
  const { name } = call.error;
  const { denied = [], conflict, limit = [], ...serviceErrors } = services[call.service] ?? {};
  if ([...commonDenials, ...denied].includes(name)) return { meaning: 'denied' };
  const missing = serviceErrors.missing?.find(isFor(call));
  if (missing !== undefined) {
    const { thing, advice = createOrCorrect } = missing;
    return { meaning: 'missing', thing, advice };
  }
  if (conflict?.names.includes(name)) return { meaning: 'conflict', thing: conflict.thing };
  if (limit.includes(name)) return { meaning: 'limit' };
  return requestNames.includes(name) ? { meaning: 'request' } : undefined;
}

const isFor =
  ({ operation, error }: ServiceError) =>
  ({ names, operations, text }: MissingRow): boolean =>
    names.includes(error.name) &&
    (operations?.includes(operation) ?? true) &&
    (text?.test(error.message) ?? true);
