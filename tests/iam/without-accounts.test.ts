import { expect, test } from '@jest/globals';
import type { Statement } from '../../shared/iam/document.ts';
import { withoutAccounts } from '../../shared/iam/without-accounts.ts';

const [stays, goes] = ['111122223333', '444455556666'] as const;
const gone = new Set([goes]);

const statement: Statement = {
  Sid: 'AccountOnboardingtestLogsWrite',
  Effect: 'Allow',
  Principal: {
    AWS: [`arn:aws:iam::${stays}:root`, `arn:aws:iam::${goes}:root`],
    Service: 's3.amazonaws.com',
  },
  Action: 's3:PutObject',
  Resource: [`arn:aws:s3:::example-logs/AWSLogs/${stays}/*`, `arn:aws:s3:::example-logs/AWSLogs/${goes}/*`],
  Condition: {
    StringEquals: { 'aws:SourceAccount': [stays, goes], 'aws:PrincipalOrgID': 'o-exampleorg1' },
    ArnLike: { 'aws:SourceArn': [`arn:aws:sns:*:${goes}:*`, `arn:aws:sns:*:${stays}:*`] },
  },
};

test('removes every list entry that names the account', () => {
  expect(withoutAccounts(statement, gone)).toEqual({
    ...statement,
    Principal: { AWS: [`arn:aws:iam::${stays}:root`], Service: 's3.amazonaws.com' },
    Resource: [`arn:aws:s3:::example-logs/AWSLogs/${stays}/*`],
    Condition: {
      StringEquals: { 'aws:SourceAccount': [stays], 'aws:PrincipalOrgID': 'o-exampleorg1' },
      ArnLike: { 'aws:SourceArn': [`arn:aws:sns:*:${stays}:*`] },
    },
  });
});

test('removes the statement when a list becomes empty', () => {
  expect(withoutAccounts(statement, new Set([stays, goes]))).toBeUndefined();
  const single = { ...statement, Principal: { AWS: `arn:aws:iam::${goes}:root` } };
  expect(withoutAccounts(single, gone)).toBeUndefined();
});

test('returns the same statement when it names none of the accounts', () => {
  expect(withoutAccounts(statement, new Set(['777788889999']))).toBe(statement);
  expect(withoutAccounts(statement, new Set())).toBe(statement);
  const open: Statement = {
    Effect: 'Allow',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: 'arn:aws:s3:::logs/*',
  };
  expect(withoutAccounts(open, gone)).toBe(open);
});

test.each<[string, Partial<Statement>]>([
  ['denies', { Effect: 'Deny' }],
  ['excludes by a condition', { Condition: { StringNotEquals: { 'aws:PrincipalAccount': [stays, goes] } } }],
  ['excludes a resource', { NotResource: [`arn:aws:s3:::example-logs/AWSLogs/${goes}/*`] }],
])('keeps a statement that %s, because it may allow more without the account', (_, changes) => {
  const excluding = { ...statement, ...changes };

  expect(withoutAccounts(excluding, gone)).toBe(excluding);
});
