/** The meaning of a service's error, except for rejected documents (`refusals.ts`). */
export type ErrorMeaning =
  | { readonly meaning: 'denied' | 'limit' | 'request' }
  /** A missing resource: its name for people, and the remedy. */
  | { readonly meaning: 'missing'; readonly thing: string; readonly advice: string }
  /** Two requests for one resource collided, and AWS asks for a retry. */
  | { readonly meaning: 'conflict'; readonly thing: string };

interface MissingRow {
  /** Error names of the SDK. A service can have several. */
  readonly names: readonly string[];
  /** Default: every call of the service. */
  readonly operations?: readonly string[];
  /** The error's text. Default: any. */
  readonly text?: RegExp;
  readonly thing: string;
  /** Default: `createOrCorrect`. */
  readonly advice?: string;
}

interface ServiceErrors {
  /** Names of denials besides the names of every service. */
  readonly denied?: readonly string[];
  /** The first matching row names the missing resource. */
  readonly missing?: readonly MissingRow[];
  readonly conflict?: { readonly names: readonly string[]; readonly thing: string };
  /** A limit of the written content. */
  readonly limit?: readonly string[];
}

const createOrCorrect = 'Create it, or correct its name in the configuration';

/**
 * Each service's errors are those of its API reference, under the action's "Errors" and under "Common Errors". No page lists the
 * texts of IAM's `NoSuchEntity`. hashicorp/terraform-provider-aws pull request 9278 shows "The group with name … cannot be found.",
 * and prowler-cloud/prowler pull request 2872 the text for a role. A text that matches no pattern is judged by the operation.
 */
const noEntity = ['NoSuchEntity', 'NoSuchEntityException'];
const notFound = ['ResourceNotFoundException'];

/**
 * The meaning of the errors of the services that the project calls. One name can have several meanings:
 * `ResourceNotFoundException` is a table of DynamoDB, a secret or one of its versions, or an application of AppConfig.
 * A name that is absent for a service here has no known meaning, and the error reaches the caller unchanged.
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
  // Its PaginationTokenExpiredException and InvalidParameterException are about the request.
  resourcegroupstaggingapi: {},
};

const commonDenials: readonly string[] = ['AccessDenied', 'AccessDeniedException'];

/** Why AWS rejected a call that writes no document, such as an invalid value. */
const requestNames: readonly string[] = [
  'InvalidParameterException',
  'ValidationException',
  'ValidationError',
];

export interface ServiceError {
  /** In the form of `toServiceName` and `toOperationName`. */
  readonly service: string;
  readonly operation: string;
  readonly error: Error;
}

/** @returns `undefined` for an unknown error of the service, such as one that a grant kind handles */
export function classifyError(call: ServiceError): ErrorMeaning | undefined {
  const { name } = call.error;
  const { denied = [], conflict, limit = [], ...known } = services[call.service] ?? {};
  if ([...commonDenials, ...denied].includes(name)) return { meaning: 'denied' };
  const missing = known.missing?.find(isFor(call));
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
