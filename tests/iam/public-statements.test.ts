import { expect, it } from '@jest/globals';
import type { Statement } from '../../shared/iam/document.ts';
import { findPublicBlock, isPublicForS3 } from '../../shared/iam/public-statements.ts';
import type { RequestPrincipal } from '../../shared/iam/request.ts';

const allow = (more: Partial<Statement>): Statement => ({
  Sid: 'Added',
  Effect: 'Allow',
  Principal: '*',
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::example-logs/*',
  ...more,
});

/** Source of all rows: S3 user guide, "The meaning of public". */
const rows: readonly [string, boolean, Partial<Statement>][] = [
  ['everybody', true, {}],
  ['everybody in a map', true, { Principal: { AWS: '*' } }],
  ['a federated principal', true, { Principal: { Federated: 'graph.facebook.com' } }],
  ['a Deny for everybody', false, { Effect: 'Deny' }],
  ['a fixed account', false, { Principal: { AWS: '111122223333' } }],
  ['a service', false, { Principal: { Service: 'cloudtrail.amazonaws.com' } }],
  ['a fixed VPC', false, { Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-91237329' } } }],
  ['a VPC with a wildcard', true, { Condition: { StringLike: { 'aws:SourceVpc': 'vpc-*' } } }],
  ['the organization', false, { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorg1' } } }],
  [
    'an organization if there is one',
    true,
    { Condition: { StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-exampleorg1' } } },
  ],
  [
    'OU paths alone',
    true,
    { Condition: { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-exampleorg1/*' } } },
  ],
  ['a network', false, { Condition: { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '2001:db8::/32'] } } }],
  ['half of all addresses', true, { Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/1' } } }],
  [
    'access points of an account',
    false,
    {
      Condition: {
        StringLike: { 's3:DataAccessPointArn': 'arn:aws:s3:us-west-2:123456789012:accesspoint/*' },
      },
    },
  ],
];

it.each(rows)('tells whether a statement is public when it is for %s', (_, isPublic, more) => {
  expect(isPublicForS3(allow(more))).toBe(isPublic);
});

const ask = (principal: RequestPrincipal) =>
  findPublicBlock(
    [
      {
        kind: 'bucket',
        name: 'bucket policy of example-logs',
        document: { Version: '2012-10-17', Statement: [allow({})] },
      },
    ],
    {
      principal,
      action: 's3:GetObject',
      resource: 'arn:aws:s3:::example-logs/a',
      resourceAccount: '444455556666',
    },
  );

it('names the public statement that blocks a caller of another account', () => {
  expect(ask({ type: 'account', accountId: '111122223333' })).toMatch(
    /Added of bucket policy of example-logs counts as public/,
  );
});

it('returns no blocking statement when the caller is a service or of the same account', () => {
  expect(ask({ type: 'service', service: 'cloudtrail.amazonaws.com' })).toBeUndefined();
  expect(ask({ type: 'account', accountId: '444455556666' })).toBeUndefined();
});
