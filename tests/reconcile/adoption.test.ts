import { describe, expect, it } from '@jest/globals';
import type { Statement } from '../../shared/iam/document.ts';
import {
  adopt,
  listFields,
  listVerdicts,
  organization,
  organizationId,
  ou,
} from '../fixtures/adoption-env.ts';

const ids = organization.map(({ id }) => id);
const roots = ids.map((id) => `arn:aws:iam::${id}:root`);
const pull = ['ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage', 'ecr:BatchCheckLayerAvailability'];
const allow = (statement: Partial<Statement>): Statement => ({ Effect: 'Allow', ...statement });

const key = '1234abcd-12ab-34cd-56ef-1234567890ab';
const bucket = 'arn:aws:s3:::example-logs';
const fromAccounts = { StringEquals: { 'aws:SourceAccount': ids } };

describe('a grant is proposed, and the statement becomes superfluous', () => {
  it.each<
    readonly [form: string, kind: string, id: string, statements: readonly Statement[], fields: object]
  >([
    [
      'roots of accounts',
      'ecr-repository-policy',
      'base/node',
      [allow({ Principal: { AWS: roots }, Action: pull })],
      { preset: 'pull', repositories: ['base/node'], for: { accounts: ids } },
    ],
    [
      'ids of accounts',
      'secret-resource-policy',
      'deploy/token',
      [
        allow({
          Principal: { AWS: ids.slice(0, 2) },
          Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
          Resource: '*',
        }),
      ],
      { preset: 'read', for: { accounts: ids.slice(0, 2) } },
    ],
    [
      'aws:PrincipalOrgID',
      'ecr-repository-policy',
      'base/node',
      [
        allow({
          Principal: '*',
          Action: pull,
          Condition: { StringEquals: { 'aws:PrincipalOrgID': organizationId } },
        }),
      ],
      { preset: 'pull', for: { all: true }, match: 'organization' },
    ],
    [
      'aws:PrincipalOrgPaths',
      'ecr-repository-policy',
      'base/node',
      [
        allow({
          Principal: { AWS: '*' },
          Action: pull,
          Condition: {
            'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': [`${organizationId}/r-abcd/${ou}/*`] },
          },
        }),
      ],
      { preset: 'pull', for: { ous: [ou] }, match: 'ou' },
    ],
    [
      'ARNs of roles',
      'ecr-repository-policy',
      'base/node',
      [allow({ Principal: { AWS: ids.map((id) => `arn:aws:iam::${id}:role/ci/Build`) }, Action: pull })],
      { preset: 'pull', roles: ['ci/Build'], for: { accounts: ids } },
    ],
    [
      'aws:PrincipalArn',
      'kms-key-policy',
      key,
      [
        allow({
          Principal: { AWS: '*' },
          Action: ['kms:Decrypt', 'kms:DescribeKey'],
          Resource: '*',
          Condition: { ArnLike: { 'aws:PrincipalArn': ids.map((id) => `arn:aws:iam::${id}:role/app-*`) } },
        }),
      ],
      { preset: 'decrypt', roles: ['app-*'], for: { accounts: ids } },
    ],
    [
      'aws:SourceAccount with a prefix',
      's3-bucket-policy',
      'example-logs',
      [
        allow({
          Principal: { Service: 'cloudtrail.amazonaws.com' },
          Action: 's3:GetBucketAcl',
          Resource: bucket,
          Condition: fromAccounts,
        }),
        allow({
          Principal: { Service: 'cloudtrail.amazonaws.com' },
          Action: 's3:PutObject',
          Resource: ids.map((id) => `${bucket}/trails/AWSLogs/${id}/*`),
          Condition: {
            StringEquals: { ...fromAccounts.StringEquals, 's3:x-amz-acl': 'bucket-owner-full-control' },
          },
        }),
      ],
      { preset: 'cloudtrail-write', prefix: 'trails', for: { accounts: ids } },
    ],
    [
      'sts:ExternalId',
      'role-trust-policy',
      'apps/Reader',
      [
        allow({
          Principal: { AWS: roots },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'sts:ExternalId': 'ticket-7' } },
        }),
      ],
      { role: 'apps/Reader', externalId: 'ticket-7', for: { accounts: ids } },
    ],
    [
      'launch permissions',
      'ami-launch-permission',
      'ami-0123456789abcdef0',
      [allow({ Principal: { AWS: ids }, Action: 'ec2:RunInstances', Resource: '*' })],
      { images: ['ami-0123456789abcdef0'], for: { accounts: ids } },
    ],
    [
      'more actions than a preset',
      'ecr-repository-policy',
      'base/node',
      [allow({ Principal: { AWS: roots }, Action: [...pull, 'ecr:DescribeImages'] })],
      { preset: 'raw', statements: [{ Principal: { AWS: '{accountRoots}' } }], for: { accounts: ids } },
    ],
  ])('proposes one grant when the statement has %s', (_, kind, id, statements, fields) => {
    const adoption = adopt(kind, id, statements);

    expect(listFields(adoption)).toMatchObject([fields]);
    expect(listVerdicts(adoption)).toEqual(statements.map(() => 'proven'));
  });
});

describe('a statement stays', () => {
  const outside = '999999999999';
  const owner = '444455556666';

  it.each<readonly [reason: string, statement: Statement]>([
    ['it denies', { Effect: 'Deny', Principal: '*', Action: pull }],
    ['it has NotPrincipal', allow({ NotPrincipal: { AWS: roots }, Action: pull })],
    ['it has NotAction', allow({ Principal: { AWS: roots }, NotAction: pull })],
    [
      'it names an account outside the organization',
      allow({ Principal: { AWS: [...ids, outside] }, Action: pull }),
    ],
    ['it is open to everybody', allow({ Principal: '*', Action: pull })],
    [
      'it names another organization',
      allow({
        Principal: '*',
        Action: pull,
        Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-elsewhere01' } },
      }),
    ],
    ['it is for the owner of the resource', allow({ Principal: { AWS: owner }, Action: pull })],
    ['it lets principals change the policy', allow({ Principal: { AWS: roots }, Action: 'ecr:*' })],
    [
      'a service may act for any account',
      allow({ Principal: { Service: 'lambda.amazonaws.com' }, Action: pull }),
    ],
    [
      'it names a federated principal',
      allow({ Principal: { Federated: 'cognito-identity.amazonaws.com' }, Action: pull }),
    ],
  ])('proposes nothing when %s', (_, statement) => {
    const adoption = adopt('ecr-repository-policy', 'base/node', [statement]);

    expect(listFields(adoption)).toEqual([]);
    expect(listVerdicts(adoption)).not.toContain('proven');
  });

  it('keeps the statement of a closed account when the account may be reopened', () => {
    const accounts = organization.map((account, index) =>
      index === 0 ? { ...account, state: 'SUSPENDED' as const } : account,
    );
    const statement = allow({ Principal: { AWS: roots }, Action: pull });

    expect(listVerdicts(adopt('ecr-repository-policy', 'base/node', [statement], { accounts }))).toEqual([
      'changes',
    ]);
  });

  it('keeps the direct access of the own account when the grant gives it only by its root', () => {
    const owner = { ...organization[0], id: '444455556666' } as (typeof organization)[number];
    const statement = allow({
      Principal: '*',
      Action: pull,
      Condition: { StringEquals: { 'aws:PrincipalOrgID': organizationId } },
    });
    const adoption = adopt('ecr-repository-policy', 'base/node', [statement], {
      accounts: [...organization, owner],
    });

    expect(listVerdicts(adoption)).toEqual(['changes']);
  });
});

it('proposes nothing new when the managed statements already give the access', () => {
  const [statement] = [allow({ Sid: 'Old', Principal: { AWS: roots }, Action: pull })];
  const managed = { ...statement, Sid: 'AccountOnboardingtestPullPull' };
  const adoption = adopt('ecr-repository-policy', 'base/node', [statement], { managed: [managed] });

  expect(listFields(adoption)).toEqual([]);
  expect(listVerdicts(adoption)).toEqual(['proven']);
});
