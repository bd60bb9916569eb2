import { expect, test } from '@jest/globals';
import type { PolicyDocument, Statement } from '../../shared/iam/document.ts';
import { listUnmanagedPrincipals } from '../../shared/iam/unmanaged-principals.ts';
import { findSuspects } from '../../shared/reconcile/suspect-statements.ts';

const role = 'AROAKSCDLFT9R5DQP782U';
const user = 'AIDAJQABLZS4A3QDU576Q';

const document = (...statements: Partial<Statement>[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements.map((each) => ({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*', ...each })),
});

const account = (id: string, state: 'ACTIVE' | 'SUSPENDED' | 'PENDING_CLOSURE' | 'CLOSED' | 'DEPARTED') => ({
  id,
  name: `name-${id.slice(0, 3)}`,
  state,
  parentIds: [],
  ouPath: '',
  tags: {},
});

const accounts = [
  account('111122223333', 'ACTIVE'),
  account('222233334444', 'SUSPENDED'),
  account('333344445555', 'CLOSED'),
  account('444455556666', 'PENDING_CLOSURE'),
  account('555566667777', 'DEPARTED'),
];

const suspects = (...statements: Partial<Statement>[]) =>
  findSuspects({ policy: document(...statements) }, 'test', accounts);

test('finds a deleted role and a deleted user with the statement that names them', () => {
  const listed = suspects(
    { Sid: 'Partner', Principal: { AWS: ['arn:aws:iam::111122223333:root', role] } },
    { Principal: { AWS: user } },
    { Sid: '', NotPrincipal: { AWS: [role] }, Effect: 'Deny', Action: ['s3:PutObject', 's3:GetObject'] },
  );

  expect(listed).toMatchObject([
    {
      statement: '"Partner"',
      principal: role,
      state: 'deleted',
      because: 'the id of a role that was deleted',
    },
    {
      statement: 'number 2 (Allow s3:GetObject)',
      principal: user,
      because: 'the id of a user that was deleted',
    },
    { statement: 'number 3 (Deny s3:PutObject and 1 more)', principal: role },
  ]);
});

test.each([
  ['an account id', { Principal: { AWS: '222233334444' } }],
  ['the ARN of an account', { Principal: { AWS: 'arn:aws:iam::222233334444:root' } }],
  ['a list', { Principal: { AWS: ['111122223333', '222233334444'] } }],
  ['a role', { Principal: { AWS: 'arn:aws:iam::222233334444:role/team/Auditor' } }],
  ['a user', { Principal: { AWS: 'arn:aws-us-gov:iam::222233334444:user/Someone' } }],
  ['a session', { Principal: { AWS: 'arn:aws:sts::222233334444:assumed-role/Auditor/run' } }],
  ['an exception', { NotPrincipal: { AWS: '222233334444' }, Effect: 'Deny' as const }],
  [
    'a statement of another installation',
    { Sid: 'AccountOnboardingotherRead', Principal: { AWS: '222233334444' } },
  ],
])('finds a closed account when a statement names it as %s', (_, statement) => {
  expect(suspects(statement)).toMatchObject([
    { state: 'closed', because: 'of the closed account name-222 (222233334444)' },
  ]);
});

test.each(['333344445555', '444455556666'])('counts %s as closed when the registry says so', (id) => {
  expect(suspects({ Principal: { AWS: id } })).toMatchObject([{ state: 'closed' }]);
});

test.each([
  ['an account that the registry does not know', { AWS: '999988887777' }],
  ['an account that has left', { AWS: 'arn:aws:iam::555566667777:root' }],
  ['a canonical user', { CanonicalUser: '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be' }],
  ['an identity of CloudFront', { AWS: 'arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1' }],
])('reports that it cannot check %s', (_, Principal) => {
  expect(suspects({ Principal })).toMatchObject([
    { state: 'unknown', because: expect.stringContaining('cannot be checked') },
  ]);
});

test('lists closed accounts before ids of deleted roles, and both before principals that cannot be checked', () => {
  const listed = suspects({ Principal: { AWS: ['999988887777', role, '222233334444'] } });

  expect(listed.map(({ state }) => state)).toEqual(['closed', 'deleted', 'unknown']);
});

test.each([
  ['an account of the organization', { AWS: '111122223333' }],
  ['a role of such an account', { AWS: 'arn:aws:iam::111122223333:role/AROAKSCDLFT9R5DQP782U' }],
  ['everybody', '*' as const],
  ['every AWS principal', { AWS: '*' }],
  ['a service', { Service: 'cloudtrail.amazonaws.com' }],
  ['a federated user', { Federated: role }],
])('reports no suspicion of %s', (_, Principal) => {
  expect(suspects({ Principal })).toEqual([]);
});

test('finds no suspect when the statement is managed or the policy does not exist', () => {
  const own = document({ Sid: 'AccountOnboardingtestReadRead', Principal: { AWS: role } });

  expect(listUnmanagedPrincipals(own, 'test')).toEqual([]);
  expect(listUnmanagedPrincipals(undefined, 'test')).toEqual([]);
});
