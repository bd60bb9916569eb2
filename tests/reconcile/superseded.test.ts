import { expect, test } from '@jest/globals';
import { getActiveConfiguration } from '../../shared/configuration/active-configuration.ts';
import { reconcileResource } from '../../shared/reconcile/reconcile.ts';
import { activateConfiguration } from '../../shared/runs/activate.ts';
import type { Store } from '../../shared/store/ports.ts';
import { created } from '../fixtures/account-events.ts';
import { fault } from '../fixtures/call-faults.ts';
import { bucket, small } from '../fixtures/small-configuration.ts';
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

test('a first write that another configuration has overtaken is not sent, so that nothing of ours is forgotten', async () => {
  const env: TestEnv = await createEnv({ configuration, around: beforeRemembering(() => activate(env)) });

  const change = await reconcile(env);

  expect(change).toMatchObject({
    outcome: 'failed',
    error: { name: 'ConcurrentUpdateError', retryable: true },
  });
  expect(named(env)[bucket]).toEqual([]);
});

test('what is remembered while a configuration comes into force that drops it is taken away by the next run', async () => {
  const { id, env } = await remembersWhile();

  const { removedResources } = await activate(env);
  const before = named(env)[bucket];
  const ended = await onboard(env, { accountId: id });

  expect(removedResources).toEqual([bucket]);
  expect((await getActiveConfiguration(env.store)).dropped).toEqual([bucket]);
  expect(before).toContain(id);
  expect(ended.run.status).toBe('succeeded');
  expect(named(env)[bucket]).toEqual([]);
});

/** The first write of a resource takes place between an activation's look at what was written and its own write. */
async function remembersWhile(): Promise<{ readonly env: TestEnv; readonly id: string }> {
  let writes: (() => Promise<unknown>) | undefined;
  const env = await createEnv({
    configuration,
    around: ({ configuration: port }) => ({
      configuration: {
        ...port,
        activate: async (stored) => {
          const act = writes;
          writes = undefined;
          await act?.();
          await port.activate(stored);
        },
      },
    }),
  });
  const { id } = created(env);
  await onboard(env, { accountId: id });
  await env.store.resources.put(bucket, { ...(await stateOf(env)), managed: { sids: [] } });
  writes = async () => {
    await env.store.resources.put(bucket, { ...(await stateOf(env)), managed: { sids: marks } });
  };
  return { env, id };
}

const marks = ['AccountOnboardingflowsLogsCheck', 'AccountOnboardingflowsLogsWrite'];

async function stateOf({ store }: TestEnv) {
  const state = await store.resources.get(bucket);
  if (state === undefined) throw new Error('nothing is remembered');
  return state;
}

test('what a former configuration has settled is looked at again where another has written meanwhile and did not end', async () => {
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
