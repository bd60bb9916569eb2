import { describe, expect, test } from '@jest/globals';
import type { Application } from '../../shared/configuration/applications.ts';
import { evaluatePolicy } from '../../shared/iam/evaluate.ts';
import {
  addVersion,
  createApplicationEnv,
  deployedTo,
  good,
  place,
  read,
  reader,
  start,
} from '../fixtures/application-env.ts';
import { deploy } from '../fixtures/secret-env.ts';
import { onboard } from '../fixtures/test-env.ts';

const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab';

describe('a profile with a key of its own', () => {
  const withKey = (application: Application): Application => ({
    ...application,
    profiles: application.profiles.slice(0, 1).map((profile) => ({ ...profile, key: keyId })),
  });

  const createKeyedEnv = async () => {
    const env = await createApplicationEnv(withKey);
    const key = env.organization.addKey({ ...place, id: keyId });
    return { env, key };
  };

  test('deploys a profile with a key of its own by the permissions of the spoke template alone', async () => {
    const { env, key } = await createKeyedEnv();
    expect([...env.simulated.profiles.values()].map(({ kmsKeyArn }) => kmsKeyArn)).toEqual([key]);

    expect(await start(env, await addVersion(env, good))).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('encrypts a deployed configuration with the key of its profile, so that the reader role can read it', async () => {
    const { env, key } = await createKeyedEnv();
    await start(env, await addVersion(env, good));

    const deployed = [...env.simulated.environments.values()].flatMap(({ deployments }) => deployments);
    expect(deployed.map(({ kmsKeyArn }) => kmsKeyArn)).toEqual([key, key]);
    env.organization.addAccount({ id: reader, name: 'shop', parentId: 'ou-exam-workload1' });
    await onboard(env, { accountId: reader });
    expect(await read(env)).toEqual({ currency: 'EUR', itemsPerPage: 24 });
  });

  test("refuses a deployment when the policy of the profile's key does not name the role", async () => {
    const { env, key } = await createKeyedEnv();
    const version = await addVersion(env, good);
    env.organization.editPolicy('key', key, {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'kms:*', Principal: { AWS: place.accountId }, Resource: '*' },
        { Effect: 'Deny', Action: 'kms:Decrypt', Principal: { AWS: place.accountId }, Resource: '*' },
      ],
    });

    const { run } = await start(env, version);

    expect(run?.unresolved).toHaveLength(2);
    expect(run?.unresolved?.[0]).toMatch(/denied .*kms:Decrypt/);
  });
});

test("deploys a secret's profile with the template's retrieval role, which can read no other secret", async () => {
  const env = await createApplicationEnv();
  const { organization, roles } = env;
  const kmsKeyArn = organization.addKey({ ...place, id: keyId });
  const secrets = ['shop/database', 'shop/database-admin'].map((name) =>
    organization.addSecret({ ...place, name, value: '{"password":"x"}', kmsKeyArn }),
  );

  const { run } = await deploy(env, { secretId: secrets[0] });

  expect(run).toMatchObject({ status: 'succeeded', reason: '2 of 2 deployments complete' });
  const role = organization.world.roles.get(roles.RetrievalRoleDatabase ?? '');
  const decisions = secrets.map(
    (resource) =>
      evaluatePolicy(
        JSON.parse(role?.permissions ?? '{}'),
        {
          principal: { type: 'role', arn: role?.arn ?? '' },
          action: 'secretsmanager:GetSecretValue',
          resource,
        },
        'identity',
      ).decision,
  );
  expect(decisions).toEqual(['allow', 'none']);
});

test("deploys an application's secret by its name in the scheduled check when no event came", async () => {
  const env = await createApplicationEnv();
  const kmsKeyArn = env.organization.addKey({ ...place, id: keyId });
  const secret = { ...place, name: 'shop/database', value: '{"password":"x"}', kmsKeyArn };
  const arn = env.organization.addSecret(secret);
  const [version] = env.organization.world.secrets.get(arn)?.versions.keys() ?? [];

  const { run } = await deploy(env, { resumePending: true });
  expect(run).toMatchObject({ status: 'succeeded', reason: '2 of 2 deployments complete' });
  expect(await deploy(env, { resumePending: true })).toMatchObject({ run: undefined });
  expect(await deploy(env, { secretId: secret.name })).toMatchObject({ status: 'SUCCEEDED' });

  const deployed = [[version, 'stands']];
  expect([deployedTo(env, 'test'), deployedTo(env, 'production')]).toEqual([deployed, deployed]);
});
