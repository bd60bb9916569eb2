import { expect, test } from '@jest/globals';
import { planRun } from '../../shared/runs/plan.ts';
import { created } from '../fixtures/account-events.ts';
import { fault, refuse } from '../fixtures/call-faults.ts';
import { bucket, everything, type GrantName, key, small } from '../fixtures/small-configuration.ts';
import { createSweptEnv } from '../fixtures/sweeps.ts';
import { createEnv, type TestEnv } from '../fixtures/test-env.ts';

const planSweep = ({ services }: TestEnv) =>
  planRun(services, { runId: 'run', cause: 'sweep', accounts: [] });

/** A central account of the plan's list, with the function that a local run calls. */
const updateOf = (centralAccount: string) => ({
  centralAccount,
  accountId: small(['bucket']).centralAccounts[centralAccount]?.id,
  functionName: `update-${centralAccount}-account`,
});

const changeOf = async ({ store }: TestEnv, resource: string) =>
  (await store.runs.getWhole('run')).changes.find((change) => change.resource === resource);

test.each<[string, readonly GrantName[], readonly string[]]>([
  ['all', ['secret', 'repository', 'people', 'key', 'bucket'], ['log', 'security', 'shared']],
  ['some', ['secret', 'bucket', 'repository'], ['log', 'shared']],
  ['one, with two resources', ['key', 'bucket'], ['log']],
])('names each central account once, in a fixed order: %s', async (_, grants, expected) => {
  const env = await createEnv({ configuration: small(grants) });

  const { centralAccounts } = await planSweep(env);

  expect(centralAccounts).toEqual(expected.map(updateOf));
});

test('plans nothing when no account was registered and none is known', async () => {
  const env = await createEnv({ ready: false });

  const event = await planRun(env.services, {
    runId: 'run',
    cause: 'created',
    accounts: [{ accountId: '1' }],
  });

  expect([event.centralAccounts, (await planSweep(env)).centralAccounts]).toEqual([[], []]);
});

test('records the result of an unchanged resource in the plan, and leaves changed resources to an update', async () => {
  const env = await createSweptEnv();
  created(env);
  env.organization.editPolicy('bucket', 'example-logs', undefined);

  const { centralAccounts, resources, changes } = await planSweep(env);

  expect({ centralAccounts, resources, changes }).toEqual({
    centralAccounts: [updateOf('log')],
    resources: 5,
    changes: 1,
  });
  expect(await changeOf(env, bucket)).not.toHaveProperty('outcome');
  for (const resource of everything.filter((each) => each !== bucket))
    expect(await changeOf(env, resource)).toMatchObject({
      outcome: 'unchanged',
      finishedAt: expect.any(String),
    });
});

test('records the error of an unreadable resource instead of its last state', async () => {
  const env = await createSweptEnv();
  fault(env, 'GetKeyPolicy', refuse('AccessDenied', 'no', 403));

  const { centralAccounts } = await planSweep(env);

  expect(centralAccounts).toEqual([updateOf('log')]);
  expect(await changeOf(env, key)).not.toHaveProperty('outcome');
  expect(await changeOf(env, key)).toMatchObject({ error: { name: 'AccessDeniedError' } });
});

test('plans the same changes in a second attempt of the step', async () => {
  const env = await createSweptEnv();
  env.organization.editPolicy('bucket', 'example-logs', undefined);

  const [first, second] = [await planSweep(env), await planSweep(env)];

  expect(second).toEqual(first);
});
