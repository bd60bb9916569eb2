import { expect, test } from '@jest/globals';
import type { PolicyDocument, Statement } from '../../shared/policy/document.ts';
import { foreignOrphans } from '../../shared/policy/orphans.ts';

const role = 'AROAKSCDLFT9R5DQP782U';
const user = 'AIDAJQABLZS4A3QDU576Q';

const document = (...statements: Partial<Statement>[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements.map((each) => ({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*', ...each })),
});

const orphans = (...statements: Partial<Statement>[]) => foreignOrphans(document(...statements), 'test');

test('a deleted role and a deleted user are found, with the statement that names them', () => {
  const found = orphans(
    { Sid: 'Partner', Principal: { AWS: ['arn:aws:iam::111122223333:root', role] } },
    { Principal: { AWS: user } },
    { Sid: '', NotPrincipal: { AWS: [role] }, Effect: 'Deny' },
  );

  expect(found).toEqual([
    { statement: 'Partner', id: role, was: 'role' },
    { statement: 'number 2', id: user, was: 'user' },
    { statement: 'number 3', id: role, was: 'role' },
  ]);
});

test('what stands in statements of ours is not reported: it is replaced', () => {
  expect(orphans({ Sid: 'AccountOnboardingtestReadRead', Principal: { AWS: role } })).toEqual([]);
});

test('another deployment of this project is as foreign as anybody', () => {
  const found = orphans({ Sid: 'AccountOnboardingotherReadRead', Principal: { AWS: role } });

  expect(found).toHaveLength(1);
});

test.each([
  ['an account', { AWS: '111122223333' }],
  ['a role that is there', { AWS: 'arn:aws:iam::111122223333:role/AROAKSCDLFT9R5DQP782U' }],
  ['everybody', '*' as const],
  ['a service', { Service: 'cloudtrail.amazonaws.com' }],
  ['a federated user', { Federated: role }],
])('%s is no orphan', (_, Principal) => {
  expect(orphans({ Principal })).toEqual([]);
});

test('a resource without a policy has none', () => {
  expect(foreignOrphans(undefined, 'test')).toEqual([]);
});
