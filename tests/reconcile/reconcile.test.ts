import { expect, test } from '@jest/globals';
import { lookForResources } from '../../shared/reconcile/discover-resources.ts';
import { isSettled } from '../../shared/reconcile/is-up-to-date.ts';
import { bucket, small } from '../flows/configurations.ts';
import { fault, refuse } from '../flows/faults.ts';
import { named, world } from '../flows/flows-fixture.ts';
import { addRepository, having, images, repositoryKey } from '../flows/patterns.ts';
import { isFree, reconcile } from './reconcile-fixture.ts';

const configuration = small(['bucket']);

test('a first write remembers its revision, its configuration and its marks', async () => {
  const of = await world({ configuration });

  const change = await reconcile(of);

  expect(change).toMatchObject({ resource: bucket, outcome: 'written', before: {}, after: {} });
  expect(await of.store.resources.get(bucket)).toMatchObject({
    appliedRevision: (await of.store.registry.head()).revision,
    generation: 1,
    owned: ['AccountOnboardingflowsLogsCheck', 'AccountOnboardingflowsLogsWrite'],
  });
  expect(await isFree(of)).toBe(true);
});

test('remembers no identity when a kind has none', async () => {
  const env = await world({ configuration });

  await reconcile(env);

  expect(Object.keys((await env.store.resources.get(bucket)) ?? {})).not.toContain('identity');
});

test('an account that arrives between the holder’s reads is not taken for written', async () => {
  let arrive: (() => Promise<unknown>) | undefined;
  const of = await world({
    configuration,
    around: ({ registry }) => ({
      registry: {
        ...registry,
        accounts: async () => {
          const accounts = await registry.accounts();
          await arrive?.();
          return accounts;
        },
      },
    }),
  });
  const newcomer = { id: '777777777777', name: '', parentIds: [], ouPath: '', tags: {} };
  arrive = () => of.store.registry.put({ ...newcomer, state: 'ACTIVE' }, undefined, '');

  await reconcile(of);

  const registered = await of.store.registry.account(newcomer.id);
  const state = await of.store.resources.get(bucket);
  expect(named(of)[bucket]).not.toContain(newcomer.id);
  const settled = { revision: registered?.revision ?? 0, hash: state?.configurationHash ?? '', grants: [] };
  expect(isSettled(state, settled)).toBe(false);
});

test('without a complete import nothing is written, whoever asks', async () => {
  const of = await world({ configuration, ready: false });

  const change = await reconcile(of);

  expect(change).toMatchObject({ outcome: 'refused', error: { name: 'RegistryNotReadyError' } });
  expect(of.organization.calls).toEqual([]);
});

test('the marks are remembered before the write is sent', async () => {
  const of = await world({ configuration });
  let remembered: readonly string[] | undefined;
  fault(of, 'PutBucketPolicy', async (_, proceed) => {
    remembered = (await of.store.resources.get(bucket))?.owned;
    return proceed();
  });

  await reconcile(of);

  expect(remembered).toContain('AccountOnboardingflowsLogsWrite');
});

test('work that another run has ended since the plan is not done again, and proves nothing by the plan', async () => {
  const of = await world({ configuration });
  await reconcile(of);
  of.organization.resetCalls();

  const change = await reconcile(of, {
    planned: 'change',
    plannedGeneration: 0,
    before: { policy: null },
    after: { policy: null },
    size: 10,
    limit: 20,
  });

  expect(change).toMatchObject({ outcome: 'unchanged', size: 10, limit: 20 });
  expect(change).not.toHaveProperty('after');
  expect(of.organization.calls).toEqual([]);
});

test('drift that the plan saw is mended, though the registry has not changed', async () => {
  const of = await world({ configuration });
  await reconcile(of);
  of.organization.editPolicy('bucket', 'example-logs', undefined);

  const change = await reconcile(of, { planned: 'change', plannedGeneration: 1 });

  expect(change.outcome).toBe('written');
  expect(named(of)[bucket]).not.toEqual([]);
});

test('what failed keeps on record what was planned, and drops how an earlier attempt ended', async () => {
  const of = await world({ configuration });
  fault(of, 'GetBucketPolicy', refuse('AccessDenied', 'no', 403));

  const change = await reconcile(of, {
    planned: 'change',
    before: { policy: null },
    after: { policy: null },
    outcome: 'busy',
    accountIds: ['1'],
  });

  expect(change).toMatchObject({ outcome: 'failed', before: { policy: null }, after: { policy: null } });
  expect(change).not.toHaveProperty('accountIds');
});

test('what matches no more since the holder has looked is not written', async () => {
  const key = repositoryKey('base/node');
  const pattern = having(images('["base/*"]'));
  let forget: (() => Promise<unknown>) | undefined;
  const of = await world({
    configuration: pattern,
    around: ({ resources }) => ({
      resources: {
        ...resources,
        put: async (resource, state) => {
          await forget?.();
          return resources.put(resource, state);
        },
      },
    }),
  });
  addRepository(of, 'base/node');
  const look = { runId: 'look', configuration: pattern, where: 'everywhere', keep: true } as const;
  await lookForResources(of.services, look);
  const [found] = await of.store.found.all();
  forget = () =>
    of.store.found.put(
      { search: found?.search ?? '', matching: [], former: [], lookedAt: '', generation: 2 },
      1,
    );

  const change = await reconcile(of, { resource: key });

  expect(change).toMatchObject({
    outcome: 'failed',
    error: { name: 'ConcurrentUpdateError', retryable: true },
  });
  expect(named(of)[key]).toBeUndefined();
  expect(of.organization.calls.map(({ operation }) => operation)).not.toContain('SetRepositoryPolicy');
});
