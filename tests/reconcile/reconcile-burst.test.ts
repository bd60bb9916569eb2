import { expect, test } from '@jest/globals';
import { reconcileResource } from '../../shared/reconcile/reconcile.ts';
import type { ResourceChange } from '../../shared/store/ports.ts';
import { bucket, small } from '../flows/configurations.ts';
import { created } from '../flows/events.ts';
import { makeReady, type World, world } from '../flows/flows-fixture.ts';
import { reconcile } from './reconcile-fixture.ts';

const configuration = small(['bucket']);

/** Registers an account, as a run does before it updates anything. */
async function arrive(of: World): Promise<number> {
  const { id } = created(of);
  await makeReady(of);
  return (await of.store.registry.account(id))?.revision ?? 0;
}

/** Each by a run of its own. */
const gather = (of: World, planned: Partial<ResourceChange>, revision: number) =>
  reconcileResource(of.services, {
    runId: `run-${revision}`,
    revision,
    gathers: true,
    planned: { resource: bucket, ...planned },
  });

test('in a crowd a run waits for the next write, which serves it with the others', async () => {
  const of = await world({ configuration });
  await gather(of, {}, await arrive(of));
  await arrive(of);
  await gather(of, {}, await arrive(of));
  const revision = await arrive(of);

  const busy = await gather(of, {}, revision);
  const last = await arrive(of);
  of.clock.advance(40_000);
  const writer = await gather(of, {}, last);
  const served = await gather(of, busy, revision);

  expect(busy).toMatchObject({ outcome: 'busy', error: { name: 'ResourceBusyError', retryable: true } });
  expect(writer.outcome).toBe('written');
  expect(served).toMatchObject({ outcome: 'unchanged' });
  expect(served).not.toHaveProperty('error');
});

test('a person’s plan waits for no crowd', async () => {
  const of = await world({ configuration });
  for (let writes = 1; writes <= 3; writes += 1) {
    await arrive(of);
    await gather(of, {}, await arrive(of));
  }

  expect(await reconcile(of, {}, await arrive(of))).toMatchObject({ outcome: 'written' });
});

test('who gets the lease just after another’s write does not write after it', async () => {
  let overtaken = false;
  const of: World = await world({
    configuration,
    around: ({ leases }) => ({
      leases: {
        ...leases,
        acquire: async (resource, owner, now, until) => {
          if (!overtaken && owner.startsWith('late#')) {
            overtaken = true;
            await gather(of, {}, await arrive(of));
          }
          return leases.acquire(resource, owner, now, until);
        },
      },
    }),
  });
  const revision = await arrive(of);
  const planned = { resource: bucket };

  const change = await reconcileResource(of.services, { runId: 'late', revision, gathers: true, planned });

  expect(overtaken).toBe(true);
  expect(change).toMatchObject({ outcome: 'unchanged' });
  expect((await of.store.resources.get(bucket))?.generation).toBe(1);
});
