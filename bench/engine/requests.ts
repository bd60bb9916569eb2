import type { AppliedPolicy } from '../../shared/iam/applied-policy.ts';
import type { PolicyDocument, Statement } from '../../shared/iam/document.ts';
import type { AccessRequest, OrganizationFacts } from '../../shared/iam/request.ts';

export const organizationId = 'o-exampleorgid';
const owner = '444455556666';

const accountIds = Array.from({ length: 200 }, (_, index) => String(111_100_000_000 + index));

const policy = (...Statement: readonly Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });

/** A document of one kind, and requests to it. */
export interface SingleCase {
  readonly title: string;
  readonly kind: AppliedPolicy['kind'];
  readonly document: PolicyDocument;
  readonly requests: readonly AccessRequest[];
}

const logs: SingleCase = {
  title: 'log bucket, 200 accounts',
  kind: 'bucket',
  document: policy(
    {
      Sid: 'DenyInsecureTransport',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: ['arn:aws:s3:::example-logs', 'arn:aws:s3:::example-logs/*'],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    {
      Sid: 'Write',
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: accountIds.map((id) => `arn:aws:s3:::example-logs/AWSLogs/${id}/*`),
      Condition: {
        StringEquals: { 'aws:SourceAccount': accountIds, 's3:x-amz-acl': 'bucket-owner-full-control' },
      },
    },
  ),
  requests: accountIds.map((id) => ({
    principal: {
      type: 'service',
      service: 'cloudtrail.amazonaws.com',
      sourceAccount: id,
      sourceArn: `arn:aws:cloudtrail:eu-central-1:${id}:trail/main`,
    },
    action: 's3:PutObject',
    resource: `arn:aws:s3:::example-logs/AWSLogs/${id}/2026/01/01/log.gz`,
    resourceAccount: owner,
    context: { 's3:x-amz-acl': 'bucket-owner-full-control' },
  })),
};

const roleRequests = (action: string, resource: (id: string) => string): readonly AccessRequest[] =>
  accountIds.map((id) => ({
    principal: { type: 'role', arn: `arn:aws:iam::${id}:role/Reader`, session: 'run' },
    action,
    resource: resource(id),
    resourceAccount: owner,
    region: 'eu-central-1',
  }));

const key: SingleCase = {
  title: 'key, organization and roles',
  kind: 'key',
  document: policy({
    Sid: 'Decrypt',
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: ['kms:Decrypt', 'kms:DescribeKey'],
    Resource: '*',
    Condition: {
      StringEquals: { 'aws:PrincipalOrgID': organizationId },
      ArnLike: { 'aws:PrincipalArn': ['arn:aws:iam::*:role/Deployer', 'arn:aws:iam::*:role/Reader'] },
    },
  }),
  requests: roleRequests('kms:Decrypt', () => `arn:aws:kms:eu-central-1:${owner}:key/example`),
};

const identity: SingleCase = {
  title: 'identity policy, wildcards and a variable',
  kind: 'identity',
  document: policy(
    { Sid: 'Other', Effect: 'Allow', Action: ['sqs:*', 'sns:Publish'], Resource: '*' },
    {
      Sid: 'Read',
      Effect: 'Allow',
      Action: ['s3:Get*', 's3:List*'],
      Resource: 'arn:aws:s3:::example-*/teams/${aws:PrincipalAccount}/*',
    },
  ),
  requests: roleRequests('s3:GetObject', (id) => `arn:aws:s3:::example-files/teams/${id}/a/b/c.txt`),
};

export const singleCases: readonly SingleCase[] = [logs, key, identity];

export const organization: OrganizationFacts = {
  organizationOf: () => ({ id: organizationId, path: `${organizationId}/r-ab12/ou-ab12-11111111/` }),
};

const guardrails = (level: string): readonly AppliedPolicy[] => [
  {
    kind: 'scp',
    name: 'FullAWSAccess',
    level,
    document: policy({ Sid: 'Full', Effect: 'Allow', Action: '*', Resource: '*' }),
  },
  {
    kind: 'scp',
    name: `regions of ${level}`,
    level,
    document: policy({
      Sid: 'Regions',
      Effect: 'Deny',
      NotAction: ['iam:*', 'sts:*', 'organizations:*'],
      Resource: '*',
      Condition: {
        StringNotEquals: { 'aws:RequestedRegion': ['eu-central-1', 'eu-west-1'] },
        ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/platform/*' },
      },
    }),
  },
];

/** Identity policy, bucket policy, boundary, and two levels of SCPs. */
export const composedPolicies: readonly AppliedPolicy[] = [
  { kind: 'identity', name: 'permissions of Reader', document: identity.document },
  {
    kind: 'bucket',
    name: 'policy of example-files',
    document: policy({
      Sid: 'Members',
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::example-files/*',
      Condition: { StringEquals: { 'aws:PrincipalOrgID': organizationId } },
    }),
  },
  {
    kind: 'boundary',
    name: 'boundary of Reader',
    document: policy({ Sid: 'Boundary', Effect: 'Allow', Action: ['s3:*', 'kms:*'], Resource: '*' }),
  },
  ...guardrails('root'),
  ...guardrails('workloads'),
];

export const composedRequests = identity.requests;
