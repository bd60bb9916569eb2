import { beforeAll, expect, test } from '@jest/globals';
import { allStatements, type PlacedStatement } from '../fixtures/deployment/all-statements.ts';

/**
 * Actions for which AWS knows no resource ("Actions, resources, and condition keys for AWS services", Service Authorization
 * Reference), and those of Step Functions for log delivery ("Logging using CloudWatch Logs", developer guide: resource `*`).
 */
const withoutResource: readonly string[] = [
  'appconfig:ListApplications',
  'cloudwatch:DescribeAlarms',
  'ecr:GetAuthorizationToken',
  'iam:ListPolicies',
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
  'organizations:ListAccounts',
  'organizations:ListRoots',
  'tag:GetResources',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];

let statements: readonly PlacedStatement[];
beforeAll(async () => {
  statements = (await allStatements()).filter(({ Effect }) => Effect === 'Allow');
});

const listed = (value: unknown): readonly string[] => [value ?? []].flat().map(String);

test('allows no action wildcard `*` in deployed, written or documented policies', () => {
  const wide = statements.filter(({ Action }) => listed(Action).some((action) => /^\*$|:\*$/.test(action)));
  expect(wide.map(({ place, Action }) => `${place}: ${listed(Action)}`)).toEqual([]);
});

test('allows all resources only for actions without a resource', () => {
  const wide = statements
    .filter((statement) => statement.Principal === undefined && listed(statement.Resource).includes('*'))
    .flatMap(({ place, Action }) => listed(Action).map((action) => [action, place] as const))
    .filter(([action]) => !withoutResource.includes(action));
  expect(wide.map(([action, place]) => `${action} ${place}`)).toEqual([]);
});
