import { expect, test } from '@jest/globals';
import { centralAccountNames } from '../../shared/platform/central-accounts.ts';
import { planRun } from '../../shared/runs/plan.ts';
import { bucket, everything, type GrantName, key, small } from '../flows/configurations.ts';
import { created } from '../flows/events.ts';
import { fault, refuse } from '../flows/faults.ts';
import { type World, world } from '../flows/flows-fixture.ts';
import { swept } from '../flows/sweeps.ts';

const planSweep = ({ services }: World) => planRun(services, { runId: 'run', cause: 'sweep', accounts: [] });

const changeOf = async ({ store }: World, resource: string) =>
  (await store.runs.changes('run')).find((change) => change.resource === resource);

test.each<[string, readonly GrantName[], readonly string[]]>([
  ['all', ['secret', 'repository', 'people', 'key', 'bucket'], ['log', 'security', 'shared']],
  ['some', ['secret', 'bucket', 'repository'], ['log', 'shared']],
  ['one, with two resources', ['key', 'bucket'], ['log']],
])('central accounts are named once each, in one order: %s', async (_, grants, expected) => {
  const of = await world({ configuration: small(grants) });

  const { centralAccounts } = await planSweep(of);

  expect(centralAccounts).toEqual(expected);
  expect(centralAccounts).toEqual(centralAccountNames.filter((name) => centralAccounts.includes(name)));
});

test('where no account was registered, nor any account is known, there is nothing to do anywhere', async () => {
  const of = await world({ ready: false });

  const event = await planRun(of.services, {
    runId: 'run',
    cause: 'created',
    accounts: [{ accountId: '1' }],
  });

  expect([event.centralAccounts, (await planSweep(of)).centralAccounts]).toEqual([[], []]);
});

test('what is as it was left is done when it is planned; only what is not is left to an update', async () => {
  const of = await swept();
  created(of);
  of.organization.editPolicy('bucket', 'example-logs', undefined);

  const { centralAccounts, resources, changes } = await planSweep(of);

  expect({ centralAccounts, resources, changes }).toEqual({
    centralAccounts: ['log'],
    resources: 5,
    changes: 1,
  });
  expect(await changeOf(of, bucket)).not.toHaveProperty('outcome');
  for (const resource of everything.filter((each) => each !== bucket))
    expect(await changeOf(of, resource)).toMatchObject({
      outcome: 'unchanged',
      finishedAt: expect.any(String),
    });
});

test('what cannot be read is not taken for what was left, and keeps the reason', async () => {
  const of = await swept();
  fault(of, 'GetKeyPolicy', refuse('AccessDenied', 'no', 403));

  const { centralAccounts } = await planSweep(of);

  expect(centralAccounts).toEqual(['log']);
  expect(await changeOf(of, key)).not.toHaveProperty('outcome');
  expect(await changeOf(of, key)).toMatchObject({ error: { name: 'AccessDeniedError' } });
});

test('an attempt to plan that comes after another one finds the same', async () => {
  const of = await swept();
  of.organization.editPolicy('bucket', 'example-logs', undefined);

  const [first, second] = [await planSweep(of), await planSweep(of)];

  expect(second).toEqual(first);
});
