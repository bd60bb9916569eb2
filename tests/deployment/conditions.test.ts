import { beforeAll, describe, expect, test } from '@jest/globals';
import { allStatements, keyUses, type PlacedStatement } from '../fixtures/deployment/all-statements.ts';

/** Keys with at most one value in a request, by the page that says so. A key's last part may be any name: `…:*`. */
const singleValued: Readonly<Record<string, readonly string[]>> = {
  'IAM user guide, "AWS global condition context keys"': [
    'aws:MultiFactorAuthPresent',
    'aws:PrincipalAccount',
    'aws:PrincipalArn',
    'aws:PrincipalOrgID',
    'aws:RequestedRegion',
    'aws:ResourceAccount',
    'aws:ResourceOrgID',
    'aws:SourceAccount',
    'aws:SourceArn',
    'aws:SourceOrgID',
  ],
  'Service authorization reference, "Actions, resources, and condition keys for AWS Identity and Access Management (IAM)"':
    ['iam:PolicyARN'],
  'Service authorization reference, "Actions, resources, and condition keys for AWS Key Management Service"':
    [
      'kms:BypassPolicyLockoutSafetyCheck',
      'kms:EncryptionContext:*',
      'kms:GrantIsForAWSResource',
      'kms:ViaService',
    ],
  'Service authorization reference, "Actions, resources, and condition keys for AWS Secrets Manager"': [
    'secretsmanager:BlockPublicPolicy',
  ],
  'Service authorization reference, "Actions, resources, and condition keys for Amazon S3"': ['s3:x-amz-acl'],
  'Service authorization reference, "Actions, resources, and condition keys for AWS Security Token Service"':
    ['sts:ExternalId'],
  'IAM user guide, "IAM and AWS STS condition context keys" (available keys for AWS OIDC federation)': [
    'token.actions.githubusercontent.com:aud',
    'token.actions.githubusercontent.com:sub',
  ],
};

/** Keys with any number of values in a request, by the page that says so. */
const multivalued: Readonly<Record<string, readonly string[]>> = {
  'IAM user guide, "AWS global condition context keys"': [
    'aws:PrincipalOrgPaths',
    'aws:ResourceOrgPaths',
    'aws:SourceOrgPaths',
  ],
  'DynamoDB developer guide, "Using IAM policy conditions for fine-grained access control"': [
    'dynamodb:LeadingKeys',
  ],
  'EventBridge user guide, "Using IAM policy conditions in Amazon EventBridge"': ['events:source'],
};

/**
 * Actions whose requests always carry the key, so that `ForAllValues` needs no `Null` beside it. The DynamoDB page above
 * has no `Null` in its examples.
 */
const alwaysCarried: Readonly<Record<string, readonly string[]>> = {
  'dynamodb:leadingkeys': [
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
    'dynamodb:DeleteItem',
    'dynamodb:ConditionCheckItem',
    'dynamodb:Query',
    'dynamodb:BatchWriteItem',
  ],
};

const namesOf = (table: Readonly<Record<string, readonly string[]>>) =>
  Object.values(table)
    .flat()
    .map((key) => key.toLowerCase());

function valuesOf(key: string): 'single' | 'many' | undefined {
  const name = key.toLowerCase();
  const isNamed = (tableKey: string) =>
    tableKey.endsWith('*') ? name.startsWith(tableKey.slice(0, -1)) : tableKey === name;
  if (namesOf(singleValued).some(isNamed)) return 'single';
  return namesOf(multivalued).some(isNamed) ? 'many' : undefined;
}

/** What is wrong with the conditions of a statement; nothing if all is well. */
function faultsOf(statement: PlacedStatement): readonly string[] {
  const uses = keyUses(statement);
  return uses.flatMap(({ operator, key }) => {
    const values = valuesOf(key);
    const isSet = /^For(All|Any)Values?:/.test(operator);
    if (values === undefined) return [`${key} is in no table of this test`];
    if (operator === 'Null') return [];
    if (values === 'single' && isSet) return [`${key} has one value, so ${operator} is wrong`];
    if (values === 'many' && !isSet) return [`${key} has several values, so ${operator} may never match`];
    const isPassedByAbsence = statement.Effect === 'Allow' && operator.startsWith('ForAllValues:');
    if (isPassedByAbsence && !isPresent(key, statement))
      return [`${operator} lets a request without ${key} pass: add "Null": "false"`];
    return [];
  });
}

function isPresent(key: string, statement: PlacedStatement): boolean {
  const actions = [statement.Action].flat().map(String);
  const carried = alwaysCarried[key.toLowerCase()] ?? [];
  if (actions.every((action) => carried.includes(action))) return true;
  return keyUses(statement).some(
    (use) => use.operator === 'Null' && use.key === key && String(use.value) === 'false',
  );
}

describe('the conditions of every policy that the project deploys or writes', () => {
  let statements: readonly PlacedStatement[];
  beforeAll(async () => {
    statements = await allStatements();
  }, 120_000);

  test('uses a set operator for every multivalued condition key, and for no other key', () => {
    const faults = statements.flatMap((each) => faultsOf(each).map((fault) => `${each.place}: ${fault}`));
    expect(faults).toEqual([]);
  });

  test('covers each multivalued condition key of the tables', () => {
    const used = new Set(statements.flatMap((each) => keyUses(each).map(({ key }) => key.toLowerCase())));
    expect(namesOf(multivalued).filter((key) => !used.has(key))).toEqual([]);
  });
});

describe('a fault is found when', () => {
  const allow = (Condition: object, Action = 'events:PutEvents'): PlacedStatement => ({
    place: 'here',
    Effect: 'Allow',
    Action,
    Condition,
  });
  const source = { 'events:source': 'account-onboarding' };

  test.each([
    ['a multivalued key has a plain operator', allow({ StringEquals: source }), 'may never match'],
    ['ForAllValues has no Null', allow({ 'ForAllValues:StringEquals': source }), 'without events:source'],
    [
      'ForAllValues has a Null that asks for absence',
      allow({ 'ForAllValues:StringEquals': source, Null: { 'events:source': 'true' } }),
      'without events:source',
    ],
    [
      'a request can lack the partition key',
      allow({ 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': 'RUN' } }, 'dynamodb:Scan'),
      'without dynamodb:LeadingKeys',
    ],
    [
      'a key with one value has a set operator',
      allow({ 'ForAnyValue:StringEquals': { 'aws:SourceAccount': '111122223333' } }),
      'has one value',
    ],
    ['a key is in no table', allow({ StringEquals: { 'aws:TagKeys': 'Team' } }), 'in no table'],
  ])('reports a condition mistake when %s', (_, statement, fault) => {
    expect(faultsOf(statement)).toEqual([expect.stringContaining(fault)]);
  });
});
