import { expect, test } from '@jest/globals';
import { refuse } from '../fixtures/call-faults.ts';
import {
  createSecretEnv,
  deploy,
  namedTarget,
  planted,
  region,
  rotate,
  servedTo,
} from '../fixtures/secret-env.ts';
import { shared } from '../fixtures/small-configuration.ts';

test('discovers the rotation of a configured secret in the scheduled check when its event never came', async () => {
  const env = await createSecretEnv({ secretDeployment: namedTarget });
  await rotate(env);

  const { run } = await deploy(env, { resumePending: true });

  expect(run).toMatchObject({ status: 'succeeded', cause: 'scheduled' });
  expect(servedTo(env)).toBe(`${planted}-2`);
  expect(await deploy(env, { resumePending: true })).toEqual({ status: 'SUCCEEDED', run: undefined });
});

test('discovers the rotation of a previously deployed secret in the scheduled check', async () => {
  const env = await createSecretEnv();
  await deploy(env, { secretId: env.secretArn });
  await rotate(env);

  expect((await deploy(env, { resumePending: true })).run?.status).toBe('succeeded');

  expect(servedTo(env)).toBe(`${planted}-2`);
  env.organization.world.secrets.delete(env.secretArn);
  expect((await deploy(env, { resumePending: true })).run?.status).toBe('failed');
  // It was told once, and is not looked at any more.
  expect((await deploy(env, { resumePending: true })).run).toBeUndefined();
});

test('lists profiles once for many secrets, and checks the other secrets when one fails', async () => {
  const env = await createSecretEnv();
  await deploy(env, { secretId: env.secretArn });
  const add = (name: string) =>
    env.organization.addSecret({ accountId: shared, region, name, value: planted });
  const others = ['a/first', 'z/last'].map(add);
  const [troubled = ''] = others;
  for (const arn of others) await env.store.outbox.watch(arn);
  await rotate(env);
  env.organization.resetCalls();
  const unavailable = refuse('InternalServiceError', 'We are sorry', 500);
  env.organization.intercept(async (call, proceed) => {
    const { SecretId } = call.input as { readonly SecretId?: string };
    return call.operation === 'DescribeSecret' && SecretId === troubled
      ? unavailable(call, proceed)
      : proceed();
  });

  const { run } = await deploy(env, { resumePending: true });

  expect(run).toMatchObject({ status: 'succeeded', reason: '1 of 1 deployments complete' });
  expect(servedTo(env)).toBe(`${planted}-2`);
  expect(env.organization.calls.filter(({ operation }) => operation === 'ListApplications')).toHaveLength(1);
  // It is looked at again.
  expect(await env.store.outbox.listWatched()).toContain(troubled);
});
