import { beforeAll, describe, expect, test } from '@jest/globals';
import { allStatements, keyUses, type PlacedStatement } from '../fixtures/deployment/all-statements.ts';

/** Statements that let a service in without naming on whose behalf, and why. */
const exceptions: readonly {
  readonly service: string;
  readonly actions: readonly string[];
  /** A condition key that names the source in another way. */
  readonly key?: string;
  readonly reason: string;
}[] = [
  {
    service: 'lambda.amazonaws.com',
    actions: ['sts:AssumeRole'],
    reason:
      'Lambda developer guide, "Defining Lambda function permissions with an execution role": the trust policy has no ' +
      'condition. Who may use the role is decided by iam:PassRole, which is limited to the account of the role.',
  },
  {
    service: 'appconfig.amazonaws.com',
    actions: ['sts:AssumeRole'],
    reason:
      'AppConfig user guide, "Understanding the configuration profile IAM role" and "Configuring permissions for automatic ' +
      'rollback": the trust policies have no condition, and no page says that AppConfig sends a source.',
  },
  {
    service: 'cloudtrail.amazonaws.com',
    actions: ['kms:GenerateDataKey*', 'kms:Decrypt'],
    key: 'kms:EncryptionContext:aws:cloudtrail:arn',
    reason:
      'CloudTrail user guide, "Configure AWS KMS key policies for CloudTrail": the encryption context names the ' +
      'account of the trail.',
  },
  {
    service: 'logs.us-east-1.amazonaws.com',
    actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
    key: 'kms:EncryptionContext:aws:logs:arn',
    reason:
      'CloudWatch Logs user guide, "Encrypt log data in CloudWatch Logs using AWS Key Management Service": the ' +
      'encryption context names the log group, and so its account.',
  },
];

const sources = ['aws:SourceAccount', 'aws:SourceArn', 'aws:SourceOrgID'];

const list = (value: unknown): readonly string[] => [value ?? []].flat().map(String);

function servicesOf({ Effect, Principal }: PlacedStatement): readonly string[] {
  if (Effect !== 'Allow' || typeof Principal !== 'object' || Principal === null) return [];
  return 'Service' in Principal ? list(Principal.Service) : [];
}

/** Keys of operators that only a value of the request can pass. */
const heldKeys = (statement: PlacedStatement): readonly string[] =>
  keyUses(statement)
    .filter(({ operator }) => /^(String|Arn)(Equals|Like)$/.test(operator))
    .map(({ key }) => key);

/** What is wrong with how a statement lets services in; nothing if all is well. */
function faultsOf(statement: PlacedStatement): readonly string[] {
  const keys = heldKeys(statement);
  const actions = list(statement.Action);
  const isExcepted = (service: string) =>
    exceptions.some(
      (each) =>
        each.service === service &&
        actions.every((action) => each.actions.includes(action)) &&
        (each.key === undefined || keys.includes(each.key)),
    );
  const isTrust = actions.some((action) => action.startsWith('sts:'));
  const missing = isTrust
    ? ['aws:SourceAccount', 'aws:SourceArn'].filter((key) => !keys.includes(key))
    : sources.some((key) => keys.includes(key))
      ? []
      : ['a source'];
  if (missing.length === 0) return [];
  return servicesOf(statement)
    .filter((service) => !isExcepted(service))
    .map((service) => `${service} is let in without ${missing.join(' and ')}`);
}

/**
 * A member role trusts a service with the condition that the service supports: shared/grants/member-roles/trusted-services.ts names
 * the pages. A service of another account cannot use the role, because iam:PassRole passes no role to another account.
 */
const isTrustOfMemberRole = ({ place }: PlacedStatement): boolean =>
  /^member template .*\/AssumeRolePolicyDocument\//.test(place);

describe('every policy that the project deploys or writes', () => {
  let statements: readonly PlacedStatement[];
  beforeAll(async () => {
    statements = (await allStatements()).filter((each) => !isTrustOfMemberRole(each));
  }, 120_000);

  test('limits every service principal to an account or a resource', () => {
    const faults = statements.flatMap((each) => faultsOf(each).map((fault) => `${each.place}: ${fault}`));
    expect(faults).toEqual([]);
  });

  test('needs each listed exception of the check of service principals', () => {
    const needed = exceptions.filter(({ service, actions }) =>
      statements.some(
        (each) =>
          servicesOf(each).includes(service) && list(each.Action).every((action) => actions.includes(action)),
      ),
    );
    expect(needed).toEqual(exceptions);
  });
});

describe('a fault is found when', () => {
  const lets = (service: string, Action: string, Condition?: object): PlacedStatement => ({
    place: 'here',
    Effect: 'Allow',
    Principal: { Service: service },
    Action,
    Condition,
  });
  const account = { 'aws:SourceAccount': '111122223333' };

  test.each([
    ['a role trusts a service without conditions', lets('events.amazonaws.com', 'sts:AssumeRole')],
    [
      'a role trusts a service for a whole account',
      lets('events.amazonaws.com', 'sts:AssumeRole', { StringEquals: account }),
    ],
    [
      'a resource admits a service without an account',
      lets('events.amazonaws.com', 'sqs:SendMessage', { StringEqualsIfExists: account }),
    ],
    [
      'a service with an exception does something else',
      lets('cloudtrail.amazonaws.com', 's3:PutObject', {
        StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': 'arn' },
      }),
    ],
  ])('reports a service principal mistake when %s', (_, statement) => {
    expect(faultsOf(statement)).toHaveLength(1);
  });
});
