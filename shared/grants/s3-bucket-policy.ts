import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import * as z from 'zod';
import type { Account } from '../platform/account.ts';
import { regionSchema, textSchema } from '../platform/schema-fields.ts';
import type { Access } from './access.ts';
import {
  bucketKeyActions,
  listBucketKeyPermissions,
  readBucketKeys,
  toDeliveryUse,
  toReadUse,
} from './bucket-keys.ts';
import type { GrantContext, ResourceRef } from './contract.ts';
import { createDocumentKind } from './document-kind.ts';
import type { Part, StatementRequest } from './document-rendering.ts';
import { checkMatch, grantEntryFields, match, principalFields, roleFields } from './grant-schema.ts';
import { listRoleNames } from './member-roles/references.ts';
import {
  createTrailBucketAccess,
  createTrailBucketParts,
  organizationTrailFields,
} from './organization-trail.ts';
import {
  createCentralAccess,
  createPrincipalParts,
  createRoleAccesses,
  createServiceRequest,
  joinConditions,
  restrictSources,
} from './principals.ts';
import { createRawFields, createRawParts, rawResourceSchema } from './raw-statements.ts';

const bucketName = textSchema(
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  'a bucket name: 3 to 63 lower-case letters, digits, dots, hyphens',
);

const entryFields = {
  ...grantEntryFields,
  kind: z.literal('s3-bucket-policy'),
  bucket: bucketName,
  /** The region of the bucket. Default: the region of the central account. */
  region: regionSchema.optional(),
};

/** The part of an object's key before `AWSLogs/`, without wildcards and `$` ("Naming Amazon S3 objects"). */
const prefix = textSchema(
  /^[\w!.'()=-]+(\/[\w!.'()=-]+)*$/,
  "a key prefix of letters, digits and !-_.'()=, without a slash at its ends",
);

const schema = z
  .discriminatedUnion('preset', [
    z.strictObject({
      ...entryFields,
      match,
      preset: z.enum(['cloudtrail-write', 'config-write', 'flow-logs-write']),
      prefix: prefix.optional(),
    }),
    z.strictObject({
      ...entryFields,
      ...organizationTrailFields,
      preset: z.literal('organization-cloudtrail-write'),
      prefix: prefix.optional(),
    }),
    z.strictObject({
      ...entryFields,
      ...principalFields,
      preset: z.literal('revisions-read'),
      ...roleFields,
    }),
    z.strictObject({ ...entryFields, ...createRawFields(rawResourceSchema) }),
  ])
  .check(checkMatch);

type Entry = z.infer<typeof schema>;
type TrailEntry = Extract<Entry, { trail: unknown }>;
type DeliveryEntry = Exclude<Extract<Entry, { prefix?: unknown }>, TrailEntry>;
type Request = StatementRequest<Entry>;

/**
 * How a service delivers logs: it checks the bucket, then writes under `AWSLogs/<account id>/<folder>`. Sources:
 * CloudTrail user guide, "Amazon S3 bucket policy for CloudTrail"; Config developer guide, "Permissions for the Amazon
 * S3 bucket"; VPC user guide, "Publish flow logs to Amazon S3".
 *
 * Statements that list accounts use `aws:SourceAccount`. For trails and flow logs, AWS also recommends `aws:SourceArn`,
 * so that only one trail can write. The configuration has neither the name nor the region of a trail, and an ARN with
 * wildcards for both restricts no more than the account id.
 *
 * Statements for an organization or OUs use `aws:SourceOrgID`, which these services send. Sources: Control Tower user
 * guide, "Amazon S3 bucket policy for logging" (CloudTrail, Config); AWS Prescriptive Guidance, "Configure VPC Flow
 * Logs for centralization across AWS accounts". Flow logs with Hive-compatible prefixes (`AWSLogs/aws-account-id=…`)
 * are not supported.
 */
interface Delivery {
  readonly service: string;
  readonly label: string;
  readonly check: readonly string[];
  readonly folder: string;
  /** ARN of the resource, such as a trail, for which the service sends its requests. `*` if it may be any. */
  readonly source: (partition: string, accountId: string) => string;
}

const deliveries: Readonly<Record<string, Delivery>> = {
  'cloudtrail-write': {
    service: 'cloudtrail.amazonaws.com',
    label: 'CloudTrail',
    check: ['s3:GetBucketAcl'],
    folder: '',
    source: (partition, id) => `arn:${partition}:cloudtrail:*:${id}:trail/*`,
  },
  'config-write': {
    service: 'config.amazonaws.com',
    label: 'Config',
    check: ['s3:GetBucketAcl', 's3:ListBucket'],
    folder: 'Config/',
    source: (partition, id) => `arn:${partition}:config:*:${id}:*`,
  },
  'flow-logs-write': {
    service: 'delivery.logs.amazonaws.com',
    label: 'VPC flow logs',
    check: ['s3:GetBucketAcl', 's3:ListBucket'],
    folder: 'vpcflowlogs/',
    source: (partition, id) => `arn:${partition}:logs:*:${id}:*`,
  },
};

/**
 * `listed`: statements name the log prefix of each account. `service-tied`: statements name one prefix with a wildcard
 * for all accounts. Both are equally strict: a service writes only under the id of the account that it acts for, and
 * `aws:SourceAccount` lists these accounts. Conditions on the organization or OUs always use one prefix. For deployment
 * revisions, `service-tied` joins two statements: see `revisionStatements`.
 */
const packings = ['listed', 'service-tied'] as const;

const bucketArn = ({ id }: ResourceRef, { partition }: GrantContext): string => `arn:${partition}:s3:::${id}`;

function deliveryStatements(delivery: Delivery, entry: DeliveryEntry, request: Request): readonly Part[] {
  const { accounts, ref, context, packing, match: declared } = request;
  const bucket = bucketArn(ref, context);
  const common = { Effect: 'Allow', Principal: { Service: delivery.service } } as const;
  const fromMembers = restrictSources(request);
  const objects =
    packing === 'listed' && declared === 'accounts'
      ? accounts.map(({ id }) => `${bucket}/${logFolder(entry, id, delivery)}*`)
      : [`${bucket}/${logFolder(entry, '*', delivery)}*`];
  return [
    {
      part: 'check',
      statement: { ...common, Action: delivery.check, Resource: bucket, Condition: fromMembers },
    },
    {
      part: 'write',
      statement: {
        ...common,
        Action: 's3:PutObject',
        Resource: objects,
        ...joinConditions({ StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } }, fromMembers),
      },
    },
  ];
}

const logFolder = ({ prefix }: DeliveryEntry, accountId: string, { folder }: Delivery): string =>
  `${formatLogs(prefix)}${accountId}/${folder}`;

const formatLogs = (prefix: string | undefined): string =>
  `${prefix === undefined ? '' : `${prefix}/`}AWSLogs/`;

const toTrailRequest = ({ trail, prefix }: TrailEntry, ref: ResourceRef, context: GrantContext) => ({
  trail,
  ref,
  bucketArn: bucketArn(ref, context),
  logs: formatLogs(prefix),
  context,
});

const readRevisions = (bucket: string) => ({
  list: { Effect: 'Allow', Action: 's3:ListBucket', Resource: bucket } as const,
  read: {
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:GetObjectVersion'],
    Resource: `${bucket}/*`,
  } as const,
});

/**
 * Deployment revisions (CodeDeploy user guide, "Deploy an application in a different AWS account"). That page allows
 * `s3:Get*` and `s3:List*`. The agent needs less: the actions of the AWS managed policy AmazonEC2RoleforAWSCodeDeploy
 * (AWS managed policy reference guide).
 *
 * If space is short, both statements are joined, so that the principals are listed once. That gives no more access:
 * ListBucket applies to buckets only, GetObject and GetObjectVersion to objects only (Service Authorization Reference,
 * "Actions, resources, and condition keys for Amazon S3").
 */
function revisionStatements(roles: readonly string[] | undefined, request: Request): readonly Part[] {
  const bucket = bucketArn(request.ref, request.context);
  if (request.packing !== 'listed' && request.match === 'accounts') {
    const Action = ['s3:ListBucket', 's3:GetObject', 's3:GetObjectVersion'];
    const both = { Effect: 'Allow', Action, Resource: [bucket, `${bucket}/*`] } as const;
    return createPrincipalParts(request, { part: 'read', statement: both, roles });
  }
  const { list, read } = readRevisions(bucket);
  return [
    ...createPrincipalParts(request, { part: 'list', statement: list, roles }),
    ...createPrincipalParts(request, { part: 'read', statement: read, roles }),
  ];
}

function accesses(
  entry: Entry,
  account: Account,
  ref: ResourceRef,
  context: GrantContext,
): readonly Access[] {
  const bucket = bucketArn(ref, context);
  if (entry.preset === 'revisions-read')
    return createRoleAccesses(entry, account, context, {
      what: `read deployment revisions from s3://${ref.id}`,
      action: 's3:GetObject',
      resource: `${bucket}/revision.zip`,
      on: ref,
      keyUse: toReadUse(ref, context),
    });
  if ('trail' in entry) return [createTrailBucketAccess({ ...toTrailRequest(entry, ref, context), account })];
  const delivery = deliveries[entry.preset];
  if (delivery === undefined || entry.preset === 'raw') return [];
  const folder = logFolder(entry, account.id, delivery);
  const sourceArn = delivery.source(context.partition, account.id).replaceAll('*', 'any');
  const request = createServiceRequest(delivery.service, account, {
    action: 's3:PutObject',
    resource: `${bucket}/${folder}2026/01/01/log.gz`,
    on: ref,
    sourceArn,
    in: context,
    context: { 's3:x-amz-acl': 'bucket-owner-full-control' },
  });
  const what = `${delivery.label} write logs to s3://${ref.id}/${folder}`;
  return [{ ...createCentralAccess(account, what, request), ...toDeliveryUse(delivery.service) }];
}

const needsKey = ({ preset }: Entry): boolean =>
  preset === 'revisions-read' || 'keyUse' in toDeliveryUse(deliveries[preset]?.service ?? '');

/** Control Tower guide, "Mandatory controls": AWS-GR_CT_AUDIT_BUCKET_POLICY_CHANGES_PROHIBITED and similar controls. */
const protectedBucket =
  "is a bucket of Control Tower, whose mandatory controls deny changes of the bucket's policy: expect AccessDenied; " +
  'use a bucket of your own';

/** Size limit of a bucket policy: S3 user guide, "Bucket policies". */
export const s3BucketPolicy = createDocumentKind<Entry>({
  name: 's3-bucket-policy',
  title: 'S3 bucket policy',
  resourceType: 'bucket',
  policyKind: 'bucket',
  schema,
  actions: {
    read: ['s3:GetBucketPolicy'],
    write: ['s3:PutBucketPolicy', 's3:DeleteBucketPolicy'],
    readKeys: bucketKeyActions,
  },
  // There is no `readIdentity`: a bucket's CreationDate can change with its policy (S3 API reference, "Bucket").
  getLimit: () => 20_480,
  unit: 'bytes',
  packings,
  listIds: ({ bucket }) => [bucket],
  listWarnings: ({ bucket }) =>
    bucket.startsWith('aws-controltower-') ? [{ field: 'bucket', message: protectedBucket }] : [],
  isForAllMembers: (entry) => 'trail' in entry,
  formatArn: bucketArn,
  listArns: (ref, context) => [bucketArn(ref, context), `${bucketArn(ref, context)}/*`],
  createStatements: (request) => {
    const { entry, context } = request;
    if (entry.preset === 'raw')
      return createRawParts(entry.statements, request, bucketArn(request.ref, context));
    if ('trail' in entry) return createTrailBucketParts(toTrailRequest(entry, request.ref, context));
    if (entry.preset === 'revisions-read') return revisionStatements(listRoleNames(entry, context), request);
    const delivery = deliveries[entry.preset];
    return delivery === undefined ? [] : deliveryStatements(delivery, entry, request);
  },
  listAccesses: accesses,
  readContentKeys: readBucketKeys,
  listKeyPermissions: (entry, on, context) => (needsKey(entry) ? listBucketKeyPermissions(on, context) : []),
  listMemberStatements: (entry, on, context) =>
    entry.preset === 'revisions-read'
      ? on.flatMap((ref) => Object.values(readRevisions(bucketArn(ref, context))))
      : [],
  read: async ({ s3 }, { id, accountId }) =>
    (await s3.send(new GetBucketPolicyCommand({ Bucket: id, ExpectedBucketOwner: accountId }))).Policy,
  absentError: 'NoSuchBucketPolicy',
  write: ({ s3 }, { id, accountId }, text) =>
    s3.send(new PutBucketPolicyCommand({ Bucket: id, ExpectedBucketOwner: accountId, Policy: text })),
  remove: ({ s3 }, { id, accountId }) =>
    s3.send(new DeleteBucketPolicyCommand({ Bucket: id, ExpectedBucketOwner: accountId })),
});
