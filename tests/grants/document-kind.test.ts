import { describe, expect, test } from '@jest/globals';
import type { GrantKind } from '../../shared/grants/contract.ts';
import { UnsafeChangeError } from '../../shared/grants/errors.ts';
import { getGrantKind } from '../../shared/grants/kinds.ts';
import { accountsOf, central, context, members } from '../fixtures/grants/grant-env.ts';
import { createGrantFixture } from '../fixtures/grants/grant-fixture.ts';
import { casesOf, entryOf } from '../fixtures/grants/kind-cases.ts';

const two = accountsOf(members.slice(0, 2));

const fixtureOf = (kind: GrantKind, preset: string, more: object = {}) => {
  const cases = casesOf(kind);
  const made = createGrantFixture(kind, cases, { ...cases.presets[preset], ...more });
  made.holder.make();
  return made;
};

const keyPolicy = getGrantKind('kms-key-policy');
const bucketPolicy = getGrantKind('s3-bucket-policy');
const repositoryPolicy = getGrantKind('ecr-repository-policy');

describe('a key', () => {
  test('keeps the last statement of a key policy until another statement is there', async () => {
    const { bring, env, read } = fixtureOf(keyPolicy, 'decrypt');
    const { owned } = await bring(two);
    const [arn = ''] = env.organization.world.keys.keys();
    env.organization.editPolicy('key', arn, {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: owned[0] ?? '',
          Effect: 'Allow',
          Principal: { AWS: central },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    });
    const before = env.organization.policyTextOf('key', arn);

    await expect(bring([], owned)).rejects.toBeInstanceOf(UnsafeChangeError);

    expect(env.organization.policyTextOf('key', arn)).toBe(before);
    expect(keyPolicy.isSame(await read(), keyPolicy.empty)).toBe(false);
  });
});

describe('what is granted', () => {
  test.each([
    [bucketPolicy, 'cloudtrail-write', { bucket: `logs-${members[2]}-eu-west-1` }],
    [bucketPolicy, 'config-write', { prefix: members[2] }],
    [bucketPolicy, 'revisions-read', { roles: [`deploy-${members[2]}`] }],
    [keyPolicy, 'decrypt', { roles: [`Runner-${members[2]}`] }],
  ])(
    'grants nothing to an account whose id is only part of a resource name (%#)',
    async (kind, preset, more) => {
      const { bring, entry, ref } = fixtureOf(kind, preset, more);

      const { back } = await bring(two);

      expect([...kind.listGrantedAccounts(entry, ref, back, context, []).named].sort()).toEqual(
        members.slice(0, 2),
      );
    },
  );

  test('tells the accounts of two grants on one resource apart', async () => {
    const { bring, ref } = fixtureOf(keyPolicy, 'decrypt');
    const { back } = await bring(two);
    const other = entryOf(keyPolicy, { ...casesOf(keyPolicy).presets.decrypt, name: 'another' });

    expect(keyPolicy.listGrantedAccounts(other, ref, back, context, []).named.size).toBe(0);
  });
});

describe('a policy that somebody deleted', () => {
  test('succeeds when another tool deletes the policy before the removal', async () => {
    const { bring, env } = fixtureOf(repositoryPolicy, 'pull');
    const { owned } = await bring(two);
    const [arn = ''] = env.organization.world.repositories.keys();
    env.organization.intercept(async ({ operation }, proceed) => {
      if (operation === 'DeleteRepositoryPolicy') env.organization.editPolicy('repository', arn, undefined);
      return proceed();
    });

    const { back } = await bring([], owned);

    expect(repositoryPolicy.isSame(back, repositoryPolicy.empty)).toBe(true);
  });
});

describe('a document that cannot be understood', () => {
  test('refuses to write over a policy that it cannot parse', async () => {
    const { bring, env } = fixtureOf(bucketPolicy, 'config-write');
    const text = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Oddity":true}]}';
    env.organization.editPolicy('bucket', 'example-logs', text);

    await expect(bring(two)).rejects.toMatchObject({ name: 'MalformedPolicyError' });

    expect(env.organization.policyTextOf('bucket', 'example-logs')).toBe(text);
  });

  test('refuses a write that would change the meaning of an unmanaged statement', async () => {
    const { bring, env } = fixtureOf(bucketPolicy, 'config-write');
    const text =
      '{"Version":"2012-10-17","Statement":[{"Sid":"Theirs","Effect":"Deny","Principal":"*","Action":"s3:*",' +
      '"Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"},"Bool":{"aws:ViaAWSService":"true"}}}]}';
    env.organization.editPolicy('bucket', 'example-logs', text);

    await expect(bring(two)).rejects.toMatchObject({
      name: 'MalformedPolicyError',
      message: expect.stringMatching(
        /example-logs .*Condition\.Bool: \(statement "Theirs"\).*It was not changed/s,
      ),
    });

    expect(env.organization.policyTextOf('bucket', 'example-logs')).toBe(text);
  });
});

describe('the limit', () => {
  test('counts unmanaged statements toward the size limit, and reports when they leave no room', async () => {
    const { bring, env } = fixtureOf(bucketPolicy, 'cloudtrail-write');
    env.organization.editPolicy('bucket', 'example-logs', {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: { AWS: central },
          Action: 's3:*',
          Resource: `arn:aws:s3:::example-logs/${'x'.repeat(20_400)}`,
        },
      ],
    });

    await expect(bring(two)).rejects.toMatchObject({
      name: 'PolicyTooLargeError',
      message: expect.stringContaining('no account fits, because unmanaged statements fill the policy'),
      fields: { fit: 0, accounts: 2, limit: 20_480 },
    });
  });
});

describe('places', () => {
  test('lists each named resource once, in the region of the grant or of the central account', () => {
    const fields = { preset: 'pull', repositories: ['base/node', 'base/python'] };
    const here = entryOf(repositoryPolicy, fields);
    const there = entryOf(repositoryPolicy, { ...fields, regions: ['us-west-2'] });

    expect(repositoryPolicy.listResources(here, context).map(({ id, region }) => [id, region])).toEqual([
      ['base/node', 'eu-west-1'],
      ['base/python', 'eu-west-1'],
    ]);
    expect(repositoryPolicy.listResources(there, context).map(({ region }) => region)).toEqual([
      'us-west-2',
      'us-west-2',
    ]);
    expect(() => entryOf(repositoryPolicy, { ...fields, repositories: ['a', 'a'] })).toThrow(/only once/);
  });

  test('lists a group as one resource in every region of the central account', () => {
    const kind = getGrantKind('assume-role-permission');
    const entry = entryOf(kind, { groups: ['Readers'], role: 'ReadOnly' });
    const regions = ['aws', 'aws-cn', 'aws-us-gov'].map(
      (partition) => kind.listResources(entry, { ...context, partition })[0]?.region,
    );

    expect(regions).toEqual(['us-east-1', 'cn-north-1', 'us-gov-west-1']);
  });
});
