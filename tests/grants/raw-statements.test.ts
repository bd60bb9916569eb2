import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { createRawFields, createRawParts, rawResourceSchema } from '../../shared/grants/raw-statements.ts';
import type { Statement } from '../../shared/iam/document.ts';
import { findExposures } from '../../shared/iam/safety.ts';
import { accountsOf, central, context } from '../fixtures/grants/grant-env.ts';

const schema = z.strictObject(createRawFields(rawResourceSchema.optional()));
const ref = { kind: 's3-bucket-policy', accountId: central, region: 'eu-west-1', id: 'example-logs' };
const two = accountsOf(['111122223333', '444455556666']);
const roots = ['arn:aws:iam::111122223333:root', 'arn:aws:iam::444455556666:root'];

const toAccounts = {
  part: 'read',
  Principal: { AWS: '{accountRoots}' },
  Action: 's3:GetObject',
  Resource: '{resourceArn}/*',
};
const toService = {
  part: 'deliver',
  Principal: { Service: 'logs.example.amazonaws.com' },
  Action: ['s3:PutObject'],
  Resource: '{resourceArn}/${aws:SourceAccount}/*',
  Condition: { StringEquals: { 'aws:SourceAccount': '{accountId}' } },
};

const statementsOf = (...statements: object[]): readonly Statement[] =>
  createRawParts(
    schema.parse({ preset: 'raw', statements }).statements,
    { accounts: two, ref, context },
    'arn:aws:s3:::example-logs',
  ).map(({ statement }) => statement);

const findings = (...statements: object[]): readonly string[] => {
  const parsed = schema.safeParse({ preset: 'raw', statements });
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('a raw statement', () => {
  test('names the accounts, and replaces the placeholders', () => {
    expect(statementsOf(toAccounts)).toEqual([
      {
        Effect: 'Allow',
        Principal: { AWS: roots },
        Action: 's3:GetObject',
        Resource: ['arn:aws:s3:::example-logs/*'],
      },
    ]);
  });

  test('limits a service to the accounts, and leaves policy variables unchanged', () => {
    expect(statementsOf(toService)).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'logs.example.amazonaws.com' },
        Action: ['s3:PutObject'],
        Resource: ['arn:aws:s3:::example-logs/${aws:SourceAccount}/*'],
        Condition: { StringEquals: { 'aws:SourceAccount': ['111122223333', '444455556666'] } },
      },
    ]);
  });

  test('makes a list of ARNs from the accounts, with partition, region and organization', () => {
    const Condition = {
      ArnLike: { 'aws:SourceArn': 'arn:{partition}:logs:{region}:{accountId}:*' },
      StringLike: { 's3:prefix': 'AWSLogs/{organizationId}/*' },
      Bool: { 'aws:SecureTransport': true },
    };

    expect(statementsOf({ ...toService, Condition })[0]?.Condition).toEqual({
      ArnLike: {
        'aws:SourceArn': ['arn:aws:logs:eu-west-1:111122223333:*', 'arn:aws:logs:eu-west-1:444455556666:*'],
      },
      StringLike: { 's3:prefix': ['AWSLogs/o-example1234/*'] },
      Bool: { 'aws:SecureTransport': ['true'] },
    });
  });

  test('limits a raw statement to the accounts of the grant, so that it exposes the resource to nobody else', () => {
    const allowed = (ids: readonly string[]) => ({
      accountIds: new Set(ids),
      organizationId: context.organizationId,
    });
    const statements = statementsOf(toAccounts, toService);

    expect(findExposures(statements, allowed(['111122223333', '444455556666']))).toEqual([]);
    expect(findExposures(statements, allowed(['111122223333'])).length).toBeGreaterThan(1);
  });
});

const on = (Condition: object) => ({ ...toService, Condition });

describe('a raw statement is refused', () => {
  test.each<[string, object, string]>([
    ['that denies', { ...toAccounts, Effect: 'Deny' }, 'lock out'],
    ['for a role', { ...toAccounts, Principal: { AWS: 'arn:aws:iam::{accountId}:role/x' } }, 'never a role'],
    ['for everybody', { ...toAccounts, Principal: '*' }, 'never a role or everybody'],
    [
      'for a service without accounts',
      { ...toService, Condition: undefined },
      'must restrict the service to the accounts',
    ],
    [
      'with two lists of accounts',
      { ...toAccounts, Condition: { StringLike: { 's3:prefix': '{accountId}/x' } } },
      'in one place only',
    ],
    [
      'with two conditions on accounts',
      on({
        StringEquals: { 'aws:SourceAccount': '{accountId}' },
        ArnLike: { 'aws:SourceArn': 'arn:aws:x:*:{accountId}:*' },
      }),
      'in one place only',
    ],
    [
      'with the account in its resource',
      { ...toAccounts, Resource: '{resourceArn}/{accountId}/*' },
      '${aws:PrincipalAccount}',
    ],
    [
      'with an unknown placeholder',
      { ...toAccounts, Resource: '{bucket}/*' },
      'must use {partition}, {organizationId}',
    ],
    ['with a placeholder in its action', { ...toAccounts, Action: 's3:{region}' }, 'an action'],
    [
      'with a fixed account in a condition',
      { ...toAccounts, Condition: { StringEquals: { 'aws:PrincipalAccount': '111122223333' } } },
      'must not name an account',
    ],
    [
      'with the accounts under a negative operator',
      on({ StringNotEquals: { 'aws:SourceAccount': '{accountId}' } }),
      'an operator such as StringEquals',
    ],
    [
      'with an operator that passes for a missing key',
      on({ StringEqualsIfExists: { 'aws:SourceAccount': '{accountId}' } }),
      'an operator such as StringEquals',
    ],
    [
      'with an account within a word',
      on({ StringEquals: { 'aws:SourceAccount': 'x-{accountId}' } }),
      'as a whole value',
    ],
    [
      'with a value beside the accounts',
      on({ StringLike: { 'aws:SourceAccount': ['{accountId}', '*'] } }),
      'in each value',
    ],
    [
      'held by the organization',
      {
        ...toAccounts,
        Condition: { StringEquals: { 'aws:PrincipalOrgID': '{organizationId}' } },
      },
      'must be absent',
    ],
    [
      'with the resource in a condition',
      on({ ArnEquals: { 'aws:SourceArn': '{resourceArn}' } }),
      'must not have {resourceArn} here',
    ],
    ['with another element', { ...toAccounts, NotAction: 's3:*' }, 'NotAction'],
    ['with a part that no Sid takes', { ...toAccounts, part: 'Read it' }, 'lower-case words'],
  ])('refuses a raw statement %s', (_, statement, message) => {
    expect(findings(statement).join('\n')).toContain(message);
  });

  test('refuses raw statements with a repeated part, and an empty list', () => {
    expect(findings(toAccounts, { ...toService, part: 'read' }).join()).toContain('a part of its own');
    expect(findings().join()).toContain('at least one statement');
  });
});

describe('the finding about a raw statement', () => {
  test.each<[string, object, string]>([
    [
      'names the condition that names an account beside {accountId}',
      on({ StringEquals: { 'aws:SourceAccount': ['{accountId}', '111122223333'] } }),
      'statements.0.Condition.StringEquals.aws:SourceAccount: must not name an account: the selector does, by {accountId}',
    ],
    [
      'names the resource that has an account',
      { ...toAccounts, Resource: '{resourceArn}/{accountId}/*' },
      'statements.0.Resource: must not have {accountId} here; use ${aws:PrincipalAccount} or ${aws:SourceAccount}',
    ],
    [
      'gives no advice about accounts when an action has a placeholder',
      { ...toAccounts, Action: 's3:{accountId}' },
      'statements.0.Action: must not have {accountId} here',
    ],
  ])('reports a finding that %s', (_, statement, finding) => {
    expect(findings(statement)).toContain(finding);
  });
});

describe('a raw statement is accepted', () => {
  test.each<[string, Record<string, Record<string, string>>]>([
    ['a number of eleven digits', { NumericLessThan: { 's3:max-keys': '12345678901' } }],
    [
      'a tag key that ends like a key of the organization',
      { StringEquals: { 's3:ExistingObjectTag/aws:PrincipalOrgID': 'x' } },
    ],
    [
      'a tag key that begins like a key of the organization',
      { StringEquals: { 'aws:PrincipalOrgID/x': 'x' } },
    ],
  ])('accepts a raw statement when a condition has %s', (_, condition) => {
    expect(findings({ ...toAccounts, Condition: condition })).toEqual([]);
  });
});
