import { expect, it } from '@jest/globals';
import type { Conditions, Statement } from '../../shared/iam/document.ts';
import { findExposures } from '../../shared/iam/safety.ts';

/** Every account is allowed, so only what fixes no account is exposed. */
const allowed = { accountIds: { has: (id: string) => id !== '' }, organizationId: 'o-exampleorg1' };

const why = (more: Partial<Statement>) =>
  findExposures([{ Effect: 'Allow', Action: 's3:GetObject', ...more }], allowed).map((each) => each.why);

it.each([
  '111122223333x',
  'x111122223333',
  '1111222233334',
  'arn:aws:iam::1111222233334:root',
  'arn:aws:iam::x111122223333:role/Reader',
  'arn:aws:iam::*:role/Reader',
  'arn:aws:iam::111122223333',
])('finds an exposure when the principal %s identifies no single account', (AWS) => {
  expect(why({ Principal: { AWS } })).toEqual([`"${AWS}" does not name an account`]);
});

it.each(['arn:aws:iam::1111222233334:role/x', 'arn:aws:iam::x111122223333:role/x', 'arn:aws:s3:::logs', '*'])(
  'finds an exposure when the resource %s identifies no single account and the statement has no principal',
  (Resource) => {
    expect(why({ Resource })).toEqual([
      expect.stringContaining(`resource "${Resource}" may be of any account`),
    ]);
  },
);

it('finds no exposure when principal and resource identify an account', () => {
  expect(why({ Principal: { AWS: ['111122223333', 'arn:aws:iam::111122223333:role/x'] } })).toEqual([]);
  expect(why({ Resource: 'arn:aws:iam::111122223333:role/x' })).toEqual([]);
});

const ofService = (Condition: Conditions) => why({ Principal: { Service: 'x.amazonaws.com' }, Condition });
const trail = 'kms:EncryptionContext:aws:cloudtrail:arn';

it.each<[string, Conditions]>([
  ['thirteen digits', { StringEquals: { 'aws:SourceAccount': '1111222233334' } }],
  ['a letter before the digits', { StringEquals: { 'aws:SourceAccount': 'x111122223333' } }],
  ['no value', { StringEquals: { 'aws:SourceAccount': [] } }],
  ['one value of two without an account', { StringEquals: { 'aws:SourceAccount': ['111122223333', '*'] } }],
  ['no value of the organization', { StringEquals: { 'aws:SourceOrgID': [] } }],
  [
    'a wildcard in the region under StringLike',
    { StringLike: { 'aws:SourceArn': 'arn:aws:x:*:111122223333:y' } },
  ],
  [
    'a wildcard in the service under StringLike',
    { StringLike: { 'aws:SourceArn': 'arn:aws:?:r:111122223333:y' } },
  ],
  ['a variable in the partition', { ArnLike: { 'aws:SourceArn': 'arn:${x}:x:r:111122223333:y' } }],
  ['a trail without an account', { StringEquals: { [trail]: 'arn:aws:cloudtrail:*:*:trail/x' } }],
  ['a key of the resource', { StringEquals: { 'aws:ResourceAccount': '111122223333' } }],
  ['ForAllValues', { 'ForAllValues:StringEquals': { 'aws:SourceAccount': '111122223333' } }],
  ['a negated operator', { StringNotEquals: { 'aws:SourceAccount': '111122223333' } }],
])('finds an exposure when the condition of a service has %s', (_, condition) => {
  expect(ofService(condition)).toEqual([expect.stringContaining('may act for any account')]);
});

it.each<[string, Conditions]>([
  ['an account', { StringEquals: { 'aws:SourceAccount': '111122223333' } }],
  ['an ARN with a wildcard in the region', { ArnLike: { 'aws:SourceArn': 'arn:aws:x:*:111122223333:y' } }],
  ['an exact ARN under StringLike', { StringLike: { 'aws:SourceArn': 'arn:aws:x:r:111122223333:*' } }],
  ['a trail of an account', { StringLike: { [trail]: 'arn:aws:cloudtrail:*:111122223333:trail/*' } }],
  ['ForAnyValue', { 'ForAnyValue:StringEquals': { 'aws:SourceAccount': '111122223333' } }],
  ['one condition of two that holds', { StringEquals: { 'aws:SourceOrgID': 'o-exampleorg1', 'aws:x': 'y' } }],
])('finds no exposure when the condition of a service has %s', (_, condition) => {
  expect(ofService(condition)).toEqual([]);
});

it('finds an exposure when the id of the organization is not known', () => {
  const statement: Statement = {
    Effect: 'Allow',
    Principal: '*',
    Action: 's3:GetObject',
    Condition: { StringEquals: { 'aws:PrincipalOrgID': '' } },
  };

  expect(findExposures([statement], { ...allowed, organizationId: '' })).toHaveLength(1);
  expect(
    why({ Principal: '*', Condition: { StringEquals: { 'aws:PrincipalAccount': '111122223333' } } }),
  ).toHaveLength(1);
});
