/** The request rate of a service: a token bucket for each account and region. */
export interface ServiceRate {
  /** The simulator's name for the service, such as `organizations` or `s3`. */
  readonly service: string;
  /**
   * The operations that use tokens of this bucket. Default: all operations of the service that no other bucket names.
   */
  readonly operations?: readonly string[];
  /** How many tokens the bucket gets back in a second. */
  readonly perSecond: number;
  /** How many tokens a full bucket has. */
  readonly burst: number;
  /**
   * How many buckets there are: one for each account and region, one for each account (for a global service), or one
   * for the whole organization.
   */
  readonly per: 'account and region' | 'account' | 'organization';
  /** The page with the rate. `undefined` if AWS publishes no rate, so that this one is a cautious assumption. */
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

/** A rate without a burst. If a page gives no burst, the bucket has the tokens of one second. */
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
 * Rates of the services on which the state machine runs. Their calls do not go through the simulated organization, so
 * tests limit them in another place.
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
   * The limit for one partition key. A consistent read of 4 KB or a write of 1 KB is one unit. A write in a transaction
   * is two units.
   */
  tablePartition: {
    readUnits: 3_000,
    writeUnits: 1_000,
    source: 'DynamoDB developer guide, "Best practices for designing and using partition keys effectively"',
  },
} as const;
