import * as z from 'zod';
import type { Account } from '../platform/account.ts';
import { regionSchema, textSchema } from '../platform/schema-fields.ts';
import type { Access } from './access.ts';
import type { GrantContext, ResourceRef } from './contract.ts';
import type { Part } from './document-rendering.ts';
import { createCentralAccess, createServiceRequest } from './principals.ts';

/**
 * Fields of the presets for an organization trail. One trail of the management account logs every account. So these
 * presets always serve all accounts: a list of accounts or OUs could not limit the trail.
 */
export const organizationTrailFields = {
  match: z
    .literal('organization', 'must be organization for this preset, since the trail logs every account')
    .default('organization'),
  trail: z.strictObject({
    name: textSchema(
      /^(?=.{3,128}$)[A-Za-z0-9]([._-]?[A-Za-z0-9])*$/,
      'the name of the trail: 3 to 128 letters, digits, dots, underscores and hyphens',
    ),
    /** The region in which the trail was created. */
    region: regionSchema,
  }),
};

interface Trail {
  readonly name: string;
  readonly region: string;
}

/**
 * The ARN of the trail. CloudTrail sends this ARN and the management account's id in every request, even for the logs
 * of member accounts. Source: CloudTrail user guide, "Configure AWS KMS key policies for CloudTrail" (`aws:SourceArn`,
 * `aws:SourceAccount`).
 */
const formatTrailArn = ({ name, region }: Trail, { partition, managementAccountId }: GrantContext): string =>
  `arn:${partition}:cloudtrail:${region}:${managementAccountId}:trail/${name}`;

const service = 'cloudtrail.amazonaws.com';
const byCloudTrail = { Effect: 'Allow', Principal: { Service: service } } as const;
const contextKey = 'kms:EncryptionContext:aws:cloudtrail:arn';

interface TrailBucket {
  readonly trail: Trail;
  readonly ref: ResourceRef;
  readonly bucketArn: string;
  /** The key prefix under which the trail writes: `prefix/AWSLogs/`. */
  readonly logs: string;
  readonly context: GrantContext;
}

/**
 * Statements for the bucket of the trail. The trail writes the logs of all accounts below the organization's id. If
 * somebody turns it into a trail of the management account alone, it writes below that account's id, so both are
 * allowed. Source: CloudTrail user guide, "Amazon S3 bucket policy for CloudTrail" (organization trails).
 */
export function createTrailBucketParts({
  trail,
  bucketArn,
  logs,
  context,
}: Omit<TrailBucket, 'ref'>): readonly Part[] {
  const fromTrail = { 'aws:SourceArn': formatTrailArn(trail, context) };
  const folders = [context.organizationId, context.managementAccountId];
  return [
    {
      part: 'check',
      statement: {
        ...byCloudTrail,
        Action: 's3:GetBucketAcl',
        Resource: bucketArn,
        Condition: { StringEquals: fromTrail },
      },
    },
    {
      part: 'write',
      statement: {
        ...byCloudTrail,
        Action: 's3:PutObject',
        Resource: folders.map((folder) => `${bucketArn}/${logs}${folder}/*`),
        Condition: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', ...fromTrail } },
      },
    },
  ];
}

/**
 * Statements for the key of the trail. CloudTrail puts the ARN of the trail into the encryption context. Source:
 * CloudTrail user guide, "Configure AWS KMS key policies for CloudTrail".
 */
export function createTrailKeyParts(trail: Trail, context: GrantContext): readonly Part[] {
  const arn = formatTrailArn(trail, context);
  const common = { ...byCloudTrail, Resource: '*' };
  return [
    {
      part: 'encrypt',
      statement: {
        ...common,
        Action: ['kms:GenerateDataKey*', 'kms:Decrypt'],
        Condition: { StringEquals: { [contextKey]: arn } },
      },
    },
    {
      part: 'describe',
      statement: {
        ...common,
        Action: 'kms:DescribeKey',
        Condition: { StringEquals: { 'aws:SourceArn': arn } },
      },
    },
  ];
}

/** What an account needs from the bucket: that the trail can write the account's logs to it. */
export function createTrailBucketAccess({
  trail,
  ref,
  bucketArn,
  logs,
  account,
  context,
}: TrailBucket & { readonly account: Account }): Access {
  const folder = `${bucketArn}/${logs}${context.organizationId}/${account.id}/`;
  return createCentralAccess(
    account,
    `the organization trail ${trail.name} write its logs to ${folder.replace(/^arn:.*:::/, 's3://')}`,
    createServiceRequest(service, account, {
      action: 's3:PutObject',
      resource: `${folder}2026/01/01/log.gz`,
      on: ref,
      sourceArn: formatTrailArn(trail, context),
      sourceAccount: context.managementAccountId,
      in: context,
      context: { 's3:x-amz-acl': 'bucket-owner-full-control' },
    }),
  );
}

/** What an account needs from the key: that the trail can encrypt the account's logs with it. */
export function createTrailKeyAccess({
  trail,
  ref,
  keyArn,
  account,
  context,
}: {
  readonly trail: Trail;
  readonly ref: ResourceRef;
  readonly keyArn: string;
  readonly account: Account;
  readonly context: GrantContext;
}): Access {
  const sourceArn = formatTrailArn(trail, context);
  return createCentralAccess(
    account,
    `the organization trail ${trail.name} encrypt its logs with key ${ref.id}`,
    createServiceRequest(service, account, {
      action: 'kms:GenerateDataKey',
      resource: keyArn,
      on: ref,
      sourceArn,
      sourceAccount: context.managementAccountId,
      in: context,
      context: { [contextKey]: sourceArn },
    }),
  );
}
