/** The naive form of the list for one account, and the statement around it. `Accounts` stands for the list. */
export interface Naive {
  readonly text: (id: string) => string;
  readonly statement: (accounts: readonly string[]) => object;
}

export interface Example {
  readonly kind: string;
  /** The preset, or its replacement, for people. */
  readonly name: string;
  readonly fields: object;
  /** Absent if AWS limits the number of things, one for each account. */
  readonly naive?: Naive;
}

const root = (id: string): string => `arn:aws:iam::${id}:root`;

/** One root ARN for each account. */
const principals = (Action: string | readonly string[], more: object = {}): Naive => ({
  text: root,
  statement: (AWS) => ({ Effect: 'Allow', Principal: { AWS }, Action, ...more }),
});

/** One folder for each account, as AWS's pages show it for CloudTrail, Config and flow logs. */
const folders = (service: string, folder: string): Naive => ({
  text: (id) => `arn:aws:s3:::example-org-logs/AWSLogs/${id}/${folder}*`,
  statement: (Resource) => ({
    Effect: 'Allow',
    Principal: { Service: service },
    Action: 's3:PutObject',
    Resource,
    Condition: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } },
  }),
});

/** One trail ARN for each account, as AWS's page on keys for CloudTrail shows it. */
const trails: Naive = {
  text: (id) => `arn:aws:cloudtrail:*:${id}:trail/*`,
  statement: (ids) => ({
    Effect: 'Allow',
    Principal: { Service: 'cloudtrail.amazonaws.com' },
    Action: ['kms:GenerateDataKey*', 'kms:Decrypt'],
    Resource: '*',
    Condition: { StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': ids } },
  }),
};

/** One role ARN for each account. */
const roles = (more: object): Naive => ({
  text: (id) => `arn:aws:iam::${id}:role/people/ReadOnly`,
  statement: (Resource) => ({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource, ...more }),
});

const logs = { kind: 's3-bucket-policy', fields: { bucket: 'example-org-logs' } };
const key = { kind: 'kms-key-policy', fields: { key: '1234abcd-12ab-34cd-56ef-1234567890ab' } };
const image = { kind: 'ecr-repository-policy', fields: { repositories: ['base/node'] } };

interface Sort {
  readonly kind: string;
  readonly fields: object;
}

const preset = ({ kind, fields }: Sort, name: string, naive: Naive): Example => ({
  kind,
  name,
  fields: { ...fields, preset: name },
  naive,
});

const onKey = (name: string, actions: string | readonly string[]): Example =>
  preset(key, name, principals(actions, { Resource: '*' }));

/** An example of each preset, with names of ordinary length, in the order of the kinds. */
export const examples: readonly Example[] = [
  preset(logs, 'cloudtrail-write', folders('cloudtrail.amazonaws.com', '')),
  preset(logs, 'config-write', folders('config.amazonaws.com', 'Config/')),
  preset(logs, 'flow-logs-write', folders('delivery.logs.amazonaws.com', 'vpcflowlogs/')),
  preset(
    logs,
    'revisions-read',
    principals(['s3:ListBucket', 's3:GetObject', 's3:GetObjectVersion'], {
      Resource: ['arn:aws:s3:::example-org-logs', 'arn:aws:s3:::example-org-logs/*'],
    }),
  ),
  preset(key, 'cloudtrail-encrypt', trails),
  onKey('config-encrypt', ['kms:Decrypt', 'kms:GenerateDataKey']),
  onKey('flow-logs-encrypt', ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*']),
  onKey('launch-encrypted-ami', ['kms:Decrypt', 'kms:DescribeKey', 'kms:ReEncrypt*', 'kms:CreateGrant']),
  onKey('decrypt', ['kms:Decrypt', 'kms:DescribeKey']),
  onKey('decrypt-secrets', ['kms:Decrypt', 'kms:DescribeKey']),
  onKey('read-configurations', 'kms:Decrypt'),
  onKey('deploy-configurations', 'kms:GenerateDataKey*'),
  { kind: 'kms-grant', name: 'auto-scaling', fields: { ...key.fields, preset: 'auto-scaling' } },
  { kind: 'ami-launch-permission', name: 'an image', fields: { images: ['ami-0123456789abcdef0'] } },
  preset(
    image,
    'pull',
    principals(['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']),
  ),
  preset(image, 'lambda-pull', principals(['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'])),
  preset(
    { kind: 'secret-resource-policy', fields: { secrets: ['deploy/runner-token'] } },
    'read',
    principals(['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'], { Resource: '*' }),
  ),
  {
    kind: 'assume-role-permission',
    name: 'a group, role people/ReadOnly',
    fields: { groups: ['Readers'], role: 'people/ReadOnly' },
    naive: roles({ Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } }),
  },
  {
    kind: 'assume-role-permission',
    name: 'a role, role people/ReadOnly',
    fields: { roles: ['Readers'], role: 'people/ReadOnly', mfa: false },
    naive: roles({}),
  },
  {
    kind: 'role-trust-policy',
    name: 'a role',
    fields: { role: 'ConfigurationReader' },
    naive: principals('sts:AssumeRole'),
  },
  {
    kind: 'role-trust-policy',
    name: 'a role, with an external id',
    fields: { role: 'ConfigurationReader', externalId: 'example-1234' },
    naive: principals('sts:AssumeRole', {
      Condition: { StringEquals: { 'sts:ExternalId': 'example-1234' } },
    }),
  },
];
