import { expect, it } from '@jest/globals';
import type { Conditions, Principal } from '../../shared/iam/document.ts';
import { type Holder, listHolders } from '../../shared/iam/holders.ts';

const organization = 'o-exampleorg1';
const inOrganization = { StringEquals: { 'aws:PrincipalOrgID': organization } };
const onlyWeb = {
  ArnLike: { 'aws:PrincipalArn': ['arn:aws:iam::*:role/app/Web', 'arn:aws:iam::*:role/ci/*'] },
};
const fromAccounts = { StringEquals: { 'aws:SourceAccount': ['111122223333', '444455556666'] } };
const cloudTrail = { Service: 'cloudtrail.amazonaws.com' };

const cases: readonly (readonly [when: string, Principal | undefined, Conditions, readonly Holder[]])[] = [
  [
    'it names accounts',
    { AWS: ['arn:aws:iam::111122223333:root', '444455556666'] },
    {},
    [{ accountId: '111122223333' }, { accountId: '444455556666' }],
  ],
  [
    'it names a role',
    { AWS: 'arn:aws:iam::111122223333:role/app/Web' },
    {},
    [{ accountId: '111122223333', role: 'app/Web' }],
  ],
  [
    'it names a user',
    { AWS: 'arn:aws:iam::111122223333:user/Ada' },
    {},
    [{ accountId: '111122223333', user: 'Ada' }],
  ],
  [
    'it narrows an account to roles',
    { AWS: '111122223333' },
    onlyWeb,
    [
      { accountId: '111122223333', role: 'app/Web' },
      { accountId: '111122223333', role: 'ci/*' },
    ],
  ],
  [
    'it narrows an account to a role of another account',
    { AWS: '111122223333' },
    { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:role/app/Web' } },
    [],
  ],
  ['it is for the organization', { AWS: '*' }, inOrganization, [{ organization }]],
  [
    'it is for an OU',
    { AWS: '*' },
    {
      ...inOrganization,
      'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': [`${organization}/*/ou-abcd-11112222/*`] },
    },
    [{ organization: `${organization}/*/ou-abcd-11112222/*` }],
  ],
  [
    'it is for roles of the organization',
    '*',
    { ...inOrganization, ...onlyWeb },
    [
      { organization, role: 'app/Web' },
      { organization, role: 'ci/*' },
    ],
  ],
  [
    'it lists accounts in a condition',
    { AWS: '*' },
    { StringEquals: { 'aws:PrincipalOrgID': organization, 'aws:PrincipalAccount': ['111122223333'] } },
    [{ accountId: '111122223333' }],
  ],
  [
    'it lists callers of KMS',
    { AWS: '*' },
    { StringEquals: { 'kms:CallerAccount': '111122223333' } },
    [{ everybody: true }],
  ],
  ['it names a service', cloudTrail, {}, [{ service: 'cloudtrail.amazonaws.com' }]],
  [
    'it names a service for accounts',
    cloudTrail,
    fromAccounts,
    [
      { service: 'cloudtrail.amazonaws.com', accountId: '111122223333' },
      { service: 'cloudtrail.amazonaws.com', accountId: '444455556666' },
    ],
  ],
  [
    'it names a service for the organization',
    cloudTrail,
    { StringEquals: { 'aws:SourceOrgID': organization } },
    [{ service: 'cloudtrail.amazonaws.com', organization }],
  ],
  ['it names a deleted role', { AWS: 'AROAEXAMPLEEXAMPLEID1' }, {}, [{ other: 'AROAEXAMPLEEXAMPLEID1' }]],
  [
    'it names an identity provider',
    { Federated: 'accounts.google.com' },
    {},
    [{ other: 'accounts.google.com' }],
  ],
  ['it excludes principals', undefined, {}, [{ everybody: true }]],
  [
    'a condition passes without its key',
    { AWS: '*' },
    { StringEqualsIfExists: { 'aws:PrincipalOrgID': organization } },
    [{ everybody: true }],
  ],
];

it.each(cases)('lists the principals that a statement admits when %s', (_, Principal, Condition, holders) => {
  const statement = { Effect: 'Allow', Action: 's3:GetObject', Condition } as const;
  const named = Principal === undefined ? { NotPrincipal: { AWS: '777777777777' } } : { Principal };

  expect(listHolders({ ...statement, ...named })).toEqual(holders);
});
