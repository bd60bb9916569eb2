import { describe, expect, test } from '@jest/globals';
import { documentOf, meaningOf } from './policies.ts';
import { allows, type Request } from './requests.ts';

const request: Request = {
  who: { accountId: '555566667777' },
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::example/a/b',
  keys: { 'aws:PrincipalAccount': '555566667777', 'aws:PrincipalOrgPaths': ['o-1/r-1/ou-1/'] },
};

const statement = {
  Effect: 'Allow',
  Principal: { AWS: ['arn:aws:iam::555566667777:root'] },
  Action: ['s3:Get*'],
  Resource: 'arn:aws:s3:::example/*',
};

const isAllowed = (...statements: readonly object[]): boolean =>
  allows(documentOf(JSON.stringify({ Version: '2012-10-17', Statement: statements })), request);

describe('allows', () => {
  test.each([
    ['allows what a statement covers', {}, true],
    ['refuses another account', { Principal: { AWS: '111122223333' } }, false],
    ['refuses a service', { Principal: { Service: 's3.amazonaws.com' } }, false],
    ['refuses another action', { Action: 's3:PutObject' }, false],
    ['refuses another resource', { Resource: 'arn:aws:s3:::other/*' }, false],
    [
      'allows what a condition lets in',
      { Condition: { StringEquals: { 'aws:principalaccount': '555566667777' } } },
      true,
    ],
    [
      'refuses what a condition keeps out',
      { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } },
      false,
    ],
    [
      'allows a path of the organization',
      { Condition: { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-1/*/ou-1/*' } } },
      true,
    ],
    ['fills in variables', { Resource: 'arn:aws:s3:::example/${aws:PrincipalAccount}/*' }, false],
  ])('evaluates a statement in the oracle: %s', (_, change, allowed) => {
    expect(isAllowed({ ...statement, ...change })).toBe(allowed);
  });

  test('denies in the oracle when another statement denies', () => {
    expect(isAllowed(statement, { ...statement, Effect: 'Deny' })).toBe(false);
  });

  test('throws in the oracle when a condition is unknown', () => {
    const Condition = { NumericEquals: { 's3:max-keys': '1' } };
    expect(() => isAllowed({ ...statement, Condition })).toThrow(/knows no condition NumericEquals/);
  });
});

test('compares two policies as equal in the oracle when only the spelling differs', () => {
  const one = {
    Statement: [
      { Action: 'a', Principal: { AWS: 'arn:aws:iam::555566667777:root' } },
      { Action: ['c', 'b'] },
    ],
  };
  const other = {
    Statement: [{ Action: ['b', 'c'] }, { Principal: { AWS: ['555566667777'] }, Action: ['a'] }],
  };

  expect(meaningOf(one)).toBe(meaningOf(other));
  expect(meaningOf(one)).not.toBe(meaningOf({ Statement: [{ Action: ['b', 'd'] }] }));
});
