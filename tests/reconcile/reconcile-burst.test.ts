import { expect, test } from '@jest/globals';
import { reconcileResource } from '../../shared/reconcile/reconcile.ts';
import type { ResourceChange } from '../../shared/store/ports.ts';
import { created } from '../fixtures/account-events.ts';
import { reconcile } from '../fixtures/reconcile-bucket.ts';
import { bucket, small } from '../fixtures/small-configuration.ts';
import { createEnv, makeReady, type TestEnv } from '../fixtures/test-env.ts';

const configuration = small(['bucket']);

/** Registers an account, as a run does before it updates anything. */
async function arrive(env: TestEnv): Promise<number> {
  const { id } = created(env);
  await makeReady(env);
  return (await env.store.registry.getAccount(id))?.revision ?? 0;
}

/** Each by a run of its own. */
const gather = (env: TestEnv, planned: Partial<ResourceChange>, revision: number) =>
  reconcileResource(env.services, {
    runId: `run-${revision}`,
    revision,
    gathers: true,
    planned: { resource: bucket, ...planned },
  });

test('leaves an account to the next write in a burst, which serves all waiting runs', async () => {
  let arriving = false;
  const env: TestEnv = await createEnv({
    configuration,
    around: ({ registry }) => ({
      registry: {
        ...registry,
        getHead: async () => {
          if (arriving) await arrive(env);
          return registry.getHead();
        },
      },
    }),
  });
  await gather(env, {}, await arrive(env));
  const revision = await arrive(env);

  arriving = true;
  const busy = await gather(env, {}, revision);
  arriving = false;
  const last = await arrive(env);
  env.clock.advance(3_000);
  const writer = await gather(env, {}, last);
  const served = await gather(env, busy, revision);

  expect(busy).toMatchObject({ outcome: 'busy', error: { name: 'ResourceBusyError', retryable: true } });
  expect(writer.outcome).toBe('written');
  expect(served).toMatchObject({ outcome: 'unchanged' });
  expect(served).not.toHaveProperty('error');
});

test("applies an operator's plan without waiting for a burst", async () => {
  const env = await createEnv({ configuration });
  for (let writes = 1; writes <= 3; writes += 1) {
    await arrive(env);
    await gather(env, {}, await arrive(env));
  }

  expect(await reconcile(env, {}, await arrive(env))).toMatchObject({ outcome: 'written' });
});

test('writes nothing when another run wrote the resource just before this run got the lease', async () => {
  let overtaken = false;
  const env: TestEnv = await createEnv({
    configuration,
    around: ({ leases }) => ({
      leases: {
        ...leases,
        acquire: async (resource, owner, now, until) => {
          if (!overtaken && owner.startsWith('late#')) {
            overtaken = true;
            await gather(env, {}, await arrive(env));
          }
          return leases.acquire(resource, owner, now, until);
        },
      },
    }),
  });
  const revision = await arrive(env);
  const planned = { resource: bucket };

  const change = await reconcileResource(env.services, { runId: 'late', revision, gathers: true, planned });

  expect(overtaken).toBe(true);
  expect(change).toMatchObject({ outcome: 'unchanged' });
  expect((await env.store.resources.get(bucket))?.lastReconciliation?.generation).toBe(1);
});
