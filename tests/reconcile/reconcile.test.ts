import { expect, test } from '@jest/globals';
import { getSearchScope } from '../../shared/configuration/active-configuration.ts';
import { discoverResources } from '../../shared/reconcile/discover-resources.ts';
import { isUpToDate } from '../../shared/reconcile/is-up-to-date.ts';
import { fault, refuse } from '../fixtures/call-faults.ts';
import { addRepository, having, images, repositoryKey } from '../fixtures/discovered-resources.ts';
import { isFree, reconcile } from '../fixtures/reconcile-bucket.ts';
import { bucket, small } from '../fixtures/small-configuration.ts';
import { createEnv, named } from '../fixtures/test-env.ts';

const configuration = small(['bucket']);

test('stores the revision, the configuration and the Sids of a first write', async () => {
  const env = await createEnv({ configuration });

  const change = await reconcile(env);

  expect(change).toMatchObject({ resource: bucket, outcome: 'written', before: {}, after: {} });
  expect(await env.store.resources.get(bucket)).toMatchObject({
    lastReconciliation: { revision: (await env.store.registry.getHead()).revision, generation: 1 },
    managed: { sids: ['AccountOnboardingflowsLogsCheck', 'AccountOnboardingflowsLogsWrite'] },
  });
  expect(await isFree(env)).toBe(true);
});

test('stores no resource identity when the kind of the resource has none', async () => {
  const env = await createEnv({ configuration });

  await reconcile(env);

  expect(Object.keys((await env.store.resources.get(bucket)) ?? {})).not.toContain('identity');
});

test('counts no account as served that was registered while the lease holder was reading', async () => {
  let arrive: (() => Promise<unknown>) | undefined;
  const env = await createEnv({
    configuration,
    around: ({ registry }) => ({
      registry: {
        ...registry,
        listAccounts: async () => {
          const accounts = await registry.listAccounts();
          await arrive?.();
          return accounts;
        },
      },
    }),
  });
  const newAccount = { id: '777777777777', name: '', parentIds: [], ouPath: '', tags: {} };
  arrive = () => env.store.registry.put({ ...newAccount, state: 'ACTIVE' }, undefined, '');

  await reconcile(env);

  const registered = await env.store.registry.getAccount(newAccount.id);
  const state = await env.store.resources.get(bucket);
  expect(named(env)[bucket]).not.toContain(newAccount.id);
  const settled = {
    revision: registered?.revision ?? 0,
    activationId: state?.lastReconciliation?.activationId ?? '',
    grants: [],
  };
  expect(isUpToDate(state, settled)).toBe(false);
});

test('writes nothing when the import is not complete', async () => {
  const env = await createEnv({ configuration, ready: false });

  const change = await reconcile(env);

  expect(change).toMatchObject({ outcome: 'refused', error: { name: 'RegistryNotReadyError' } });
  expect(env.organization.calls).toEqual([]);
});

test('stores the Sids before it sends the write', async () => {
  const env = await createEnv({ configuration });
  let remembered: readonly string[] | undefined;
  fault(env, 'PutBucketPolicy', async (_, proceed) => {
    remembered = (await env.store.resources.get(bucket))?.managed.sids;
    return proceed();
  });

  await reconcile(env);

  expect(remembered).toContain('AccountOnboardingflowsLogsWrite');
});

test('does no work that another run has finished, and does not use its own plan for verification', async () => {
  const env = await createEnv({ configuration });
  await reconcile(env);
  env.organization.resetCalls();

  const change = await reconcile(env, {
    planned: 'change',
    plannedGeneration: 0,
    before: { policy: null },
    after: { policy: null },
    size: 10,
    limit: 20,
  });

  expect(change).toMatchObject({ outcome: 'unchanged', size: 10, limit: 20 });
  expect(change).not.toHaveProperty('after');
  expect(env.organization.calls).toEqual([]);
});

test('repairs the drift that the plan found, even when the registry has not changed', async () => {
  const env = await createEnv({ configuration });
  await reconcile(env);
  env.organization.editPolicy('bucket', 'example-logs', undefined);

  const change = await reconcile(env, { planned: 'change', plannedGeneration: 1 });

  expect(change.outcome).toBe('written');
  expect(named(env)[bucket]).not.toEqual([]);
});

test('keeps the plan and removes the result of the earlier attempt when an attempt fails', async () => {
  const env = await createEnv({ configuration });
  fault(env, 'GetBucketPolicy', refuse('AccessDenied', 'no', 403));

  const change = await reconcile(env, {
    planned: 'change',
    before: { policy: null },
    after: { policy: null },
    outcome: 'busy',
    holds: [{ accountId: '1', change: 'add', reason: 'rejected-principal' }],
  });

  expect(change).toMatchObject({ outcome: 'failed', before: { policy: null }, after: { policy: null } });
  expect(change).not.toHaveProperty('holds');
});

test('does not write a resource that no longer matches its pattern', async () => {
  const key = repositoryKey('base/node');
  const pattern = having(images('["base/*"]'));
  let forget: (() => Promise<unknown>) | undefined;
  const env = await createEnv({
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
  addRepository(env, 'base/node');
  const scope = await getSearchScope(env.store);
  const search = { runId: 'look', scope, where: 'everywhere', keep: true } as const;
  await discoverResources(env.services, search);
  const [stored] = await env.store.searchResults.list();
  forget = () =>
    env.store.searchResults.put({ search: stored?.search ?? '', matching: [], generation: 2 }, 1);

  const change = await reconcile(env, { resource: key });

  expect(change).toMatchObject({
    outcome: 'failed',
    error: { name: 'ConcurrentUpdateError', retryable: true },
  });
  expect(named(env)[key]).toBeUndefined();
  expect(env.organization.calls.map(({ operation }) => operation)).not.toContain('SetRepositoryPolicy');
});
