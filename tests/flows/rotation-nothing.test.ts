import { expect, test } from '@jest/globals';
import {
  createSecretEnv,
  deploy,
  namedTarget,
  rotate,
  secretName,
  startCount,
} from '../fixtures/secret-env.ts';
import { shared } from '../fixtures/small-configuration.ts';
import { announcements } from '../fixtures/sweeps.ts';

test('records a secret without targets as nothing to deploy', async () => {
  const env = await createSecretEnv({ environments: [] });
  const { run } = await deploy(env, await rotate(env));
  expect(run).toMatchObject({ status: 'succeeded', reason: expect.stringContaining('Nothing to deploy') });
  expect(await env.store.outbox.listWatched()).toEqual([]);
});

test('deploys and announces nothing for a secret of an account that is not central', async () => {
  const env = await createSecretEnv();
  const event = await rotate(env);
  const stranger = env.secretArn.replace(shared, '111122223333');

  const { run } = await deploy(env, { ...event, resources: [stranger] });

  expect(run).toMatchObject({ status: 'succeeded', reason: expect.stringContaining('Nothing to deploy') });
  expect(announcements(env)).toEqual([]);
  expect(await env.store.outbox.listWatched()).toEqual([]);
});

test('records a second event of a rotation, and announces no deployment', async () => {
  const env = await createSecretEnv();
  const event = await rotate(env);
  await deploy(env, event);

  const { run } = await deploy(env, event);

  expect(run).toMatchObject({ status: 'succeeded', finishedAt: expect.any(String) });
  expect(announcements(env)).toEqual(['Configuration Deployed']);
});

test("deploys nothing for the event of a secret's replica", async () => {
  const env = await createSecretEnv({ secretDeployment: namedTarget });
  const replica = env.organization.addSecret({
    accountId: shared,
    region: 'us-west-2',
    name: secretName,
    value: 'x',
    primaryRegion: 'eu-west-1',
  });

  const { run } = await deploy(env, { ...(await rotate(env)), region: 'us-west-2', resources: [replica] });

  expect(run).toMatchObject({
    status: 'succeeded',
    reason: expect.stringContaining('Nothing to deploy'),
    warnings: [
      `${replica}: it is the replica of a secret in eu-west-1, and no profile in us-west-2 deploys it. Readers in eu-west-1 are served by the event of the secret there; if readers in us-west-2 need it, create a profile there`,
    ],
  });
  expect(startCount(env)).toBe(0);
});
