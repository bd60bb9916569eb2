import { expect, test } from '@jest/globals';
import { createContextReaders } from '../../shared/reconcile/context-readers.ts';
import { reconcileResource } from '../../shared/reconcile/reconcile.ts';
import { activateConfiguration } from '../../shared/runs/activate.ts';
import type { Store } from '../../shared/store/ports.ts';
import { created } from '../fixtures/account-events.ts';
import { fault } from '../fixtures/call-faults.ts';
import { bucket, log, small } from '../fixtures/small-configuration.ts';
import { createEnv, named, onboard, type TestEnv } from '../fixtures/test-env.ts';

const configuration = small(['bucket', 'key']);
const withoutBucket = small(['key']);

const activate = (env: TestEnv, next = withoutBucket) =>
  activateConfiguration(env.services, next, 'the test');

const reconcile = (env: TestEnv) =>
  reconcileResource(env.services, { runId: 'run', revision: 1, planned: { resource: bucket } });

/** A store in which something happens once, just before a state that is `writing` is stored. */
const beforeRemembering =
  (happens: () => Promise<unknown>) =>
  ({ resources }: Store): Partial<Store> => {
    let once: typeof happens | undefined = happens;
    return {
      resources: {
        ...resources,
        put: async (key, state) => {
          const act = state.writeInProgress !== undefined ? once : undefined;
          if (act !== undefined) once = undefined;
          await act?.();
          return resources.put(key, state);
        },
      },
    };
  };

test('sends no first write when another configuration became active', async () => {
  const env: TestEnv = await createEnv({ configuration, around: beforeRemembering(() => activate(env)) });

  const change = await reconcile(env);

  expect(change).toMatchObject({
    outcome: 'failed',
    error: { name: 'ConcurrentUpdateError', retryable: true },
  });
  expect(named(env)[bucket]).toEqual([]);
});

test('stores no result by a configuration that the function read earlier and that is not active any longer', async () => {
  const env = await createEnv({ configuration });
  await reconcile(env);
  const before = await env.store.resources.get(bucket);
  const readers = createContextReaders(env.store);
  await readers.readActive();
  await activate(env, small(['bucket']));

  const change = await reconcileResource(env.services, {
    runId: 'late',
    revision: 1,
    planned: { resource: bucket, planned: 'change', plannedGeneration: 1 },
    readers,
  });

  expect(change.error).toMatchObject({ name: 'ConcurrentUpdateError', retryable: true });
  expect(await env.store.resources.get(bucket)).toEqual(before);
});

test('writes nothing when a sweep has stored other OUs since the function read the configuration', async () => {
  const env = await createEnv({ configuration });
  const readers = createContextReaders(env.store);
  const earlier = await readers.readActive();
  await env.store.configuration.putOus({ Workloads: { 'ou-exam-workload1': 'Workloads' } }, earlier);

  const change = await reconcileResource(env.services, {
    runId: 'late',
    revision: 1,
    planned: { resource: bucket },
    readers,
  });

  expect(change.error).toMatchObject({ name: 'ConcurrentUpdateError', retryable: true });
  expect(named(env)[bucket]).toEqual([]);
});

test('revokes in the next run a grant that was first written while another configuration became active', async () => {
  let writes: (() => Promise<unknown>) | undefined;
  const env = await createEnv({
    configuration,
    around: ({ configuration: port }) => ({
      configuration: {
        ...port,
        activate: async (stored) => {
          await writes?.();
          await port.activate(stored);
        },
      },
    }),
  });
  const { id, event } = created(env);
  await onboard(env, event);
  await forget(env);
  writes = () => reconcile(env);

  const { removedResources } = await activate(env);
  const before = named(env)[bucket];
  const ended = await onboard(env, { accountId: id });

  expect(removedResources).toEqual([bucket]);
  expect(before).toContain(id);
  expect(ended.run.status).toBe('succeeded');
  expect(named(env)[bucket]).toEqual([]);
  expect(await env.store.resources.listManaged([log])).not.toContain(bucket);
});

/** As if the resource was never written. */
async function forget(env: TestEnv): Promise<void> {
  const { version = 0 } = (await env.store.resources.get(bucket)) ?? {};
  await env.store.resources.put(bucket, { managed: { sids: [] }, version });
  env.organization.editPolicy('bucket', 'example-logs', undefined);
}

test('reconciles a resource again when a run of the previous configuration left a write unfinished', async () => {
  const env = await createEnv({ configuration });
  const { id, event } = created(env);
  await onboard(env, event);
  const nobody = configuration.grants.map((grant) =>
    grant.name === 'logs' ? { ...grant, for: { accounts: ['111111111111'] } } : grant,
  );
  await activate(env, { ...configuration, grants: nobody });
  fault(env, 'PutBucketPolicy', async (_, proceed) => {
    await proceed();
    throw new Error('the function has stopped');
  });
  await reconcile(env);
  const before = named(env)[bucket];

  await activate(env, configuration);
  env.clock.advance(600_000);
  const ended = await onboard(env, event);

  expect(before).not.toContain(id);
  expect(ended.run.status).toBe('succeeded');
  expect(named(env)[bucket]).toContain(id);
});
