import fc from 'fast-check';
import type { Caller, ContextValue, Kind, Organization, Request } from '../shapes.ts';

/** The accounts of the random cases: two of one organization, and one outside. */
const accounts = ['111122223333', '444455556666', '777788889999'] as const;
export const [home, other, outside] = accounts;

export const organizationId = 'o-exampleorgid';

/** What callers ask for, and the kind of policy that its resource may have. */
export interface Service {
  /** The kind of policy that its resources have; none for images. */
  readonly kind?: Kind;
  readonly actions: readonly string[];
  /** Action patterns of policies: exact, with wildcards, in another case, and near misses. */
  readonly patterns: readonly string[];
  readonly resources: (account: string) => readonly string[];
  readonly resourcePatterns: readonly string[];
}

export const services: readonly Service[] = [
  {
    kind: 'bucket',
    actions: ['s3:GetObject', 's3:GetObject', 's3:PutObject', 's3:PutBucketPolicy'],
    patterns: ['s3:GetObject', 's3:Get*', 'S3:getobject', 's3:*', 's3:Put?bject', 's3:GetObjectAcl', '*'],
    resources: () => [
      'arn:aws:s3:::logs/alice/a.txt',
      'arn:aws:s3:::logs/orders/b.txt',
      'arn:aws:s3:::logs-2/a',
    ],
    resourcePatterns: [
      'arn:aws:s3:::logs/*',
      'arn:aws:s3:::logs/*',
      'arn:aws:s3:::logs*',
      'arn:aws:s3:::*/a.txt',
      'arn:aws:s3:::logs/${aws:username}/*',
      'arn:aws:s3:::logs/${aws:PrincipalTag/team}/*',
      "arn:aws:s3:::logs/${aws:PrincipalTag/team, 'alice'}/*",
      "arn:aws:s3:::logs/${aws:PrincipalTag/team, 'orders'}/*",
      'arn:aws:s3:::logs',
      'arn:aws:s3:::logs/alice/?.txt',
    ],
  },
  {
    kind: 'key',
    actions: ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey', 'kms:PutKeyPolicy'],
    patterns: [
      'kms:Decrypt',
      'kms:*',
      'kms:GenerateDataKey*',
      'KMS:DECRYPT',
      'kms:De*',
      'kms:Describe*',
      '*',
    ],
    resources: (account) => [
      `arn:aws:kms:eu-central-1:${account}:key/0a`,
      `arn:aws:kms:eu-west-1:${account}:key/0b`,
    ],
    resourcePatterns: [
      'arn:aws:kms:*:*:key/*',
      'arn:aws:kms:eu-central-1:*:key/0?',
      'arn:aws:kms:eu-*',
      `arn:aws:kms:*:${home}:key/0a`,
      `arn:aws:kms:*:${other}:key/*`,
      'arn:aws:kms:*:key/*',
      'arn:aws:kms:eu-*-1:*:key/*a',
    ],
  },
  {
    kind: 'repository',
    actions: ['ecr:BatchGetImage'],
    patterns: ['ecr:BatchGetImage', 'ecr:*Image', 'ecr:*', 'ecr:BatchGetImages', 'ecr:Get*', '*'],
    resources: (account) => [`arn:aws:ecr:eu-central-1:${account}:repository/base/node`],
    resourcePatterns: [
      'arn:aws:ecr:*:*:repository/base/*',
      `arn:aws:ecr:eu-central-1:${home}:repository/*`,
      `arn:aws:ecr:eu-central-1:${other}:repository/base/node`,
      'arn:aws:ecr:*:*:repository/base',
    ],
  },
  {
    kind: 'secret',
    actions: ['secretsmanager:GetSecretValue'],
    patterns: [
      'secretsmanager:GetSecretValue',
      'secretsmanager:Get*',
      'secretsmanager:*',
      'secretsmanager:Put*',
      '*',
    ],
    resources: (account) => [`arn:aws:secretsmanager:eu-central-1:${account}:secret:orders/db-AbCdEf`],
    resourcePatterns: [
      'arn:aws:secretsmanager:*:*:secret:orders/*',
      'arn:aws:secretsmanager:*:*:secret:orders/db-??????',
      'arn:aws:secretsmanager:eu-central-1:*',
      `arn:aws:secretsmanager:*:${other}:secret:*`,
      'arn:aws:secretsmanager:*:*:secret:orders',
      'arn:aws:secretsmanager:eu-*:*:s*-AbCdEf',
      'arn:aws:secretsmanager:*:*:secret?orders/*',
    ],
  },
  {
    kind: 'queue',
    actions: ['sqs:SendMessage'],
    patterns: ['sqs:SendMessage', 'sqs:*', 'SQS:Send*', 'sqs:Receive*', '*'],
    resources: (account) => [`arn:aws:sqs:eu-central-1:${account}:orders`],
    resourcePatterns: [
      'arn:aws:sqs:*:*:orders',
      `arn:aws:sqs:eu-central-1:${home}:*`,
      `arn:aws:sqs:eu-central-1:${other}:o*s`,
      'arn:aws:sqs:*:*:order',
    ],
  },
  {
    kind: 'topic',
    actions: ['sns:Publish'],
    patterns: ['sns:Publish', 'sns:*', 'sns:Subscribe', 'SNS:P*', '*'],
    resources: (account) => [`arn:aws:sns:eu-central-1:${account}:alerts`],
    resourcePatterns: ['arn:aws:sns:*:*:alerts', `arn:aws:sns:*:${other}:*`, 'arn:aws:sns:us-*:*:alerts'],
  },
  {
    kind: 'trust',
    actions: ['sts:AssumeRole', 'sts:AssumeRole', 'sts:AssumeRole', 'sts:GetCallerIdentity'],
    patterns: ['sts:AssumeRole', 'sts:Assume*', 'sts:*', 'sts:TagSession', '*'],
    resources: (account) => [`arn:aws:iam::${account}:role/deploy/Deployer`],
    resourcePatterns: [
      'arn:aws:iam::*:role/deploy/*',
      `arn:aws:iam::${home}:role/deploy/Deployer`,
      `arn:aws:iam::${other}:role/*`,
      'arn:aws:iam::*:role/Deployer',
    ],
  },
];

export const images: Service = {
  actions: ['ec2:RunInstances'],
  patterns: ['ec2:RunInstances', 'ec2:Run*', 'ec2:*', 'ec2:Start*', '*'],
  resources: () => ['arn:aws:ec2:eu-central-1::image/ami-0a'],
  resourcePatterns: ['arn:aws:ec2:*::image/*', 'arn:aws:ec2:*:*:image/ami-0?', 'arn:aws:ec2:*::image/ami-0b'],
};

/** Incomplete ARNs, which identity policies and boundaries complete. */
export const incompletePatterns = ['arn:aws:s3', 'arn:aws:kms', 'arn:aws:sqs:eu-central-1', 'arn:aws:iam:'];

/** The service segment takes no wildcards, so what these mean is not documented. */
export const servicePatterns = ['arn:aws:s3*:::logs/*', 'arn:aws:*:*:*:*', 'arn:aws:k?s:eu-*:*:key/0a'];

/** Canonical user ids of two accounts. */
export const canonicalUsers = ['79a59df9', '1b2c3d4e'] as const;

export const federatedArn = (account: string): string => `arn:aws:sts::${account}:federated-user/ann`;
export const roleArn = (account: string): string => `arn:aws:iam::${account}:role/apps/Reader`;
export const userArn = (account: string): string => `arn:aws:iam::${account}:user/people/alice`;

const role: fc.Arbitrary<Caller> = fc.record(
  {
    type: fc.constant('role' as const),
    arn: fc.constant(roleArn(home)),
    session: fc.constantFrom('build', 'build-2'),
  },
  { requiredKeys: ['type', 'arn'] },
);

const serviceLinkedRole: fc.Arbitrary<Caller> = fc.constant({
  type: 'role',
  arn: `arn:aws:iam::${home}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
  session: 'AutoScaling',
  serviceLinked: true,
});

const federatedUser: fc.Arbitrary<Caller> = fc.record(
  {
    type: fc.constant('federated-user' as const),
    arn: fc.constant(federatedArn(home)),
    user: fc.constantFrom(userArn(home), userArn(home), `arn:aws:iam::${home}:root`),
  },
  { requiredKeys: ['type', 'arn'] },
);

const service: fc.Arbitrary<Caller> = fc.record(
  {
    type: fc.constant('service' as const),
    service: fc.constantFrom('cloudtrail.amazonaws.com', 'config.amazonaws.com'),
    sourceAccount: fc.constantFrom(...accounts),
    sourceArn: fc.constantFrom(
      `arn:aws:cloudtrail:eu-central-1:${home}:trail/main`,
      `arn:aws:cloudtrail:eu-central-1:${other}:trail/main`,
    ),
  },
  { requiredKeys: ['type', 'service'] },
);

const caller: fc.Arbitrary<Caller> = fc.oneof(
  { weight: 10, arbitrary: role },
  { weight: 5, arbitrary: fc.constant<Caller>({ type: 'user', arn: userArn(home) }) },
  { weight: 2, arbitrary: federatedUser },
  { weight: 1, arbitrary: fc.constant<Caller>({ type: 'root', accountId: home }) },
  { weight: 1, arbitrary: fc.constant<Caller>({ type: 'account', accountId: home }) },
  { weight: 1, arbitrary: serviceLinkedRole },
  { weight: 3, arbitrary: service },
  { weight: 1, arbitrary: fc.constant<Caller>({ type: 'anonymous' }) },
);

export const organization: fc.Arbitrary<Organization> = fc.record(
  {
    accounts: fc.constantFrom(
      {
        [home]: { id: organizationId, path: `${organizationId}/r-ab12/ou-ab12-11111111/` },
        [other]: { id: organizationId, path: `${organizationId}/r-ab12/ou-ab12-22222222/` },
        [outside]: 'none' as const,
      },
      {
        [home]: { id: organizationId, path: `${organizationId}/r-ab12/` },
        [other]: { id: 'o-otherorgid', path: 'o-otherorgid/r-cd34/' },
      },
      { [home]: 'none' as const, [other]: 'none' as const },
    ),
    managementAccount: fc.constantFrom(home, other, '123456789012'),
  },
  { requiredKeys: ['accounts'] },
);

const absent = { absent: true } as const;
const unknown = { unknown: true } as const;

/** A key's state in the request: mostly a value. */
const state = (...values: readonly ContextValue[]): fc.Arbitrary<ContextValue> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...values) },
    { weight: 2, arbitrary: fc.constant(absent) },
    { weight: 3, arbitrary: fc.constant(unknown) },
  );

/** The keys that do not follow from the request. Each is always given, as a value, as absent or as unknown. */
const context = fc.record({
  'aws:PrincipalTag/team': state('orders', 'alice', 'Orders'),
  's3:prefix': state('home/alice', 'home/', ''),
  'sts:ExternalId': state('Ext-1', 'ext-1'),
  'aws:TagKeys': state(['cost', 'team'], ['team'], ['owner'], [''], 'team'),
  'aws:MultiFactorAuthPresent': state('true', 'false'),
  'aws:MultiFactorAuthAge': state('60', '3600', '59.5'),
  's3:max-keys': state('10', '10.0', '-1'),
  'aws:CurrentTime': state('2026-05-01T10:00:00Z', '2026-05-01T12:00:00+02:00', '2027-01-01T00:00:00.5Z'),
  'aws:EpochTime': state('1777629600', '1800000000'),
  'aws:SourceIp': state(
    '203.0.113.7',
    '198.51.100.1',
    '198.51.100.2',
    '2001:db8:1234:5678::1',
    '2001:db8:ffff::1',
  ),
  'aws:SourceVpcArn': state(
    `arn:aws:ec2:eu-central-1:${home}:vpc/vpc-1`,
    `arn:aws:ec2:eu-west-1:${other}:vpc/a:${home}:vpc/vpc-1`,
  ),
  'aws:SecureTransport': state('true', 'false'),
  'aws:ViaAWSService': state('false', 'true'),
  'kms:EncryptionContext:app': state('orders', 'Orders'),
  'kms:EncryptionContext:team': state('x', 'y'),
});

/** A request to a resource of the caller's account or of another. Whose bucket it is does not follow from its ARN. */
export const requestTo = (service: Service): fc.Arbitrary<Request> =>
  fc
    .record({
      // STS refuses the root user whatever policies say.
      canonicalUser: fc.constantFrom(undefined, canonicalUsers[0]),
      principal: service.kind === 'trust' ? caller.filter(({ type }) => type !== 'root') : caller,
      owner: fc.constantFrom(home, other),
      ownerGiven: fc.constantFrom(true, true, false),
      regionGiven: fc.constantFrom(true, true, false),
      action: fc.constantFrom(...service.actions),
      resource: fc.nat({ max: 5 }),
      region: fc.constantFrom('eu-central-1', 'us-east-1'),
      context,
    })
    .map(
      ({ principal, canonicalUser, owner, ownerGiven, regionGiven, action, resource, region, context }) => ({
        principal,
        ...(canonicalUser === undefined ? {} : { canonicalUser }),
        action,
        resource: pick(service.resources(owner), resource),
        ...(ownerGiven ? { resourceAccount: owner } : {}),
        ...(regionGiven ? { region } : {}),
        context,
      }),
    );

const pick = (values: readonly string[], index: number): string => values[index % values.length] ?? '';
