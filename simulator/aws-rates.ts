/** The request rate of a service: a token bucket for each account and region. */
export interface ServiceRate {
  /** The simulator's name of the service: `organizations`, `s3`, … */
  readonly service: string;
  /** The operations that share the bucket. Default: all of the service's operations that no other bucket names. */
  readonly operations?: readonly string[];
  /** Tokens that return in a second. */
  readonly perSecond: number;
  /** Tokens that a full bucket holds. */
  readonly burst: number;
  /**
   * The scope of a bucket: each account and region, each account (the service is global), or the organization with all
   * its accounts.
   */
  readonly per: 'account and region' | 'account' | 'organization';
  /** The page with the figure. `undefined`: AWS publishes no rate, and this one is a cautious assumption. */
  readonly source: string | undefined;
}

const organizationsQuotas = 'Quotas and service limits for AWS Organizations, "Throttling limits"';
const kmsQuotas = 'AWS KMS developer guide, "Request quotas"';
const secretsQuotas = 'AWS Secrets Manager user guide, "AWS Secrets Manager quotas"';
const iamQuotas = 'IAM user guide, "IAM and AWS STS quotas"';

/** The rates of Organizations, which publishes two: one for the calling account and one for the whole organization. */
const organizations = (
  operations: readonly string[],
  [perSecond, burst]: readonly [number, number],
  together?: readonly [number, number],
): readonly ServiceRate[] => {
  const common = { service: 'organizations', operations, source: organizationsQuotas } as const;
  const own: ServiceRate = { ...common, perSecond, burst, per: 'account' };
  if (together === undefined) return [own];
  return [own, { ...common, perSecond: together[0], burst: together[1], per: 'organization' }];
};

/** If a page gives a rate without a burst, a bucket holds the tokens of one second. */
const each = (
  service: string,
  source: string | undefined,
  figures: Readonly<Record<string, number>>,
): readonly ServiceRate[] =>
  Object.entries(figures).map(([operations, perSecond]) => ({
    service,
    ...(operations === '*' ? {} : { operations: operations.split(' ') }),
    perSecond,
    burst: perSecond,
    per: service === 'iam' ? 'account' : 'account and region',
    source,
  }));

/**
 * The rates of us-east-1, if rates differ by region. IAM documents a token bucket for each operation, without a rate
 * ("How to monitor and query IAM resources at scale – Part 2", AWS Security Blog). S3, ECR and the tagging service
 * document no rates for these operations.
 */
export const awsRates: readonly ServiceRate[] = [
  ...organizations(['DescribeAccount'], [20, 30], [24, 36]),
  ...organizations(['DescribeOrganization'], [1, 2]),
  ...organizations(['DescribeOrganizationalUnit'], [2, 2], [2, 3]),
  ...organizations(['ListAccounts'], [8, 12], [9, 15]),
  ...organizations(['ListChildren'], [6, 10], [7, 12]),
  ...organizations(
    ['ListParents', 'ListAccountsForParent', 'ListOrganizationalUnitsForParent'],
    [5, 8],
    [6, 10],
  ),
  ...organizations(['ListRoots'], [1, 2], [1, 3]),
  ...organizations(['ListTagsForResource'], [10, 15], [12, 18]),
  ...each('kms', kmsQuotas, {
    PutKeyPolicy: 15,
    GetKeyPolicy: 1_000,
    CreateGrant: 50,
    ListGrants: 100,
    RevokeGrant: 30,
  }),
  ...each('kms', undefined, { '*': 100 }),
  ...each('secretsmanager', secretsQuotas, {
    'PutResourcePolicy GetResourcePolicy DeleteResourcePolicy ValidateResourcePolicy': 50,
  }),
  ...each('secretsmanager', undefined, { '*': 50 }),
  ...each('sts', iamQuotas, { '*': 600 }),
  ...each('iam', undefined, {
    'CreatePolicy CreatePolicyVersion DeletePolicy DeletePolicyVersion': 5,
    'AttachGroupPolicy AttachRolePolicy DetachGroupPolicy DetachRolePolicy UpdateAssumeRolePolicy': 5,
    '*': 20,
  }),
  ...each('ecr', undefined, { 'SetRepositoryPolicy DeleteRepositoryPolicy': 10, '*': 20 }),
  ...each('s3', undefined, { 'PutBucketPolicy DeleteBucketPolicy': 10, '*': 100 }),
  ...each('ec2', undefined, { ModifyImageAttribute: 5, '*': 20 }),
  ...each('resourcegroupstaggingapi', undefined, { '*': 5 }),
  ...each('eventbridge', 'Amazon EventBridge user guide, "Amazon EventBridge quotas"', { PutEvents: 10_000 }),
  ...each('sns', undefined, { '*': 1_000 }),
];

/**
 * Rates for the services that run the state machine. They are limited elsewhere, because their calls do not pass
 * through the simulated organization.
 */
export const hubRates = {
  startExecution: {
    perSecond: 300,
    burst: 1_300,
    source: 'Step Functions service quotas, "Quotas related to API action throttling"',
  },
  stateTransition: {
    perSecond: 5_000,
    burst: 5_000,
    source: 'Step Functions service quotas, "Quotas related to state throttling"',
  },
  /** Concurrent executions of functions. A new account has 10 to 50. */
  lambdaConcurrency: { most: 1_000, source: 'AWS Lambda developer guide, "Lambda quotas"' },
  /**
   * For one partition key. A consistent read of 4 KB is a unit, a write of 1 KB too, and a write in a transaction is
   * two.
   */
  tablePartition: {
    readUnits: 3_000,
    writeUnits: 1_000,
    source: 'DynamoDB developer guide, "Best practices for designing and using partition keys effectively"',
  },
} as const;
