import { expect, test } from '@jest/globals';
import { requestTimeout } from '../../shared/platform/aws/request-handler.ts';
import { clockSkew } from '../../shared/platform/clock.ts';
import { type LeasePrecheck, leaseDuration, sendWindow, withLease } from '../../shared/reconcile/lease.ts';
import type { Services } from '../../shared/reconcile/services.ts';
import { createMemoryStore } from '../../shared/store/memory.ts';
import type { LeaseStore } from '../../shared/store/ports.ts';
import { silentLogger } from '../../simulator/simulated-services.ts';
import { flowClock, seeded } from '../fixtures/flow-clock.ts';

const resource = 'a resource';
const never = async () => ({ settled: false });

/** A clock and a table, as far as leases need them. */
function bench(around: (leases: LeaseStore) => Partial<LeaseStore> = () => ({})) {
  const clock = flowClock();
  const { leases } = createMemoryStore();
  const store = { ...createMemoryStore(), leases: { ...leases, ...around(leases) } };
  const services = { clock, random: seeded(1), logger: silentLogger, store } as unknown as Services;
  const free = async () => (await leases.acquire(resource, 'who asks', clock.now(), clock.now() + 1)).taken;
  return { clock, leases, services, free };
}

const take = <T>(
  { services }: { services: Services },
  work: () => Promise<T>,
  look: () => Promise<LeasePrecheck> = never,
) => withLease(services, { resource, runId: 'run', look }, work);

test('ends the send window early enough for one request and for clocks that differ', () => {
  expect(sendWindow + requestTimeout + clockSkew).toBeLessThanOrEqual(leaseDuration);
});

test('runs the work while it holds the lease, and releases the lease afterwards', async () => {
  const env = bench();

  const result = await take(env, async () => ({ freeDuring: await env.free() }));

  expect(result).toEqual({ freeDuring: false });
  expect(await env.free()).toBe(true);
});

test('releases the lease when the work throws, and throws the error', async () => {
  const env = bench();

  const work = take(env, async () => {
    throw new Error('broken');
  });

  await expect(work).rejects.toThrow('broken');
  expect(await env.free()).toBe(true);
});

test('keeps a lease until it expires when the work asks for that', async () => {
  const env = bench();
  await withLease(env.services, { resource, runId: 'run', look: never }, async (lease) => lease.keep());

  const atOnce = await env.free();
  env.clock.advance(leaseDuration - 1);
  const justBefore = await env.free();
  env.clock.advance(1);

  expect([atOnce, justBefore, await env.free()]).toEqual([false, false, true]);
});

test.each([
  ['in time', sendWindow - 1, undefined],
  ['too late', sendWindow, 'LeaseLostError'],
  ['long after', leaseDuration * 10, 'LeaseLostError'],
])('checks before a write whether the lease lasts: %s', async (_, later, name) => {
  const env = bench();

  const checked = withLease(env.services, { resource, runId: 'run', look: never }, async (lease) => {
    env.clock.advance(later);
    lease.check();
  }).catch((error: Error) => error.name);

  expect(await checked).toBe(name);
});

test('counts the duration of a lease from before the request for it was sent', async () => {
  const env: ReturnType<typeof bench> = bench((leases) => ({
    acquire: async (...asked) => {
      const taken = await leases.acquire(...asked);
      env.clock.advance(sendWindow);
      return taken;
    },
  }));

  const checked = withLease(env.services, { resource, runId: 'run', look: never }, async (lease) => {
    lease.check();
  });

  await expect(checked).rejects.toMatchObject({ name: 'LeaseLostError' });
});

test('reports a busy resource when the lease does not become free within seconds', async () => {
  const env = bench();
  await env.leases.acquire(resource, 'another', env.clock.now(), env.clock.now() + leaseDuration);
  const start = env.clock.now();

  const refused = take(env, async () => 'done');

  await expect(refused).rejects.toMatchObject({ name: 'ResourceBusyError', retryable: true });
  expect(env.clock.now() - start).toBeLessThan(6_000);
});

test('leaves waiting to the state machine when accounts still arrive after the first wait', async () => {
  const env = bench();
  const start = env.clock.now();
  const fromNow = async () => ({ settled: false, notBefore: env.clock.now() + 3_000 });

  const waiting = take(env, async () => 'done', fromNow);

  await expect(waiting).rejects.toMatchObject({ name: 'ResourceBusyError' });
  expect(env.clock.now() - start).toBeLessThan(4_000);
});

test('leaves waiting to the state machine when another run has held the lease for a long time', async () => {
  let asked = 0;
  const env = bench((leases) => ({
    acquire: (...args) => {
      asked += 1;
      return leases.acquire(...args);
    },
  }));
  await env.leases.acquire(resource, 'another', env.clock.now(), env.clock.now() + leaseDuration);
  env.clock.advance(10_000);
  const start = env.clock.now();

  await expect(take(env, async () => 'done')).rejects.toMatchObject({ name: 'ResourceBusyError' });
  expect([asked, env.clock.now() - start]).toEqual([1, 1_000]);
});

test('takes the lease as soon as the lease of another run expires', async () => {
  const env = bench();
  await env.leases.acquire(resource, 'another', env.clock.now(), env.clock.now() + 2_000);

  expect(await take(env, async () => 'done')).toBe('done');
});

test('checks whether another run has done the work before it requests the lease', async () => {
  const env = bench();
  await env.leases.acquire(resource, 'another', env.clock.now(), env.clock.now() + leaseDuration);
  let looks = 0;

  const result = await take(
    env,
    async () => 'done',
    async () => ({ settled: ++looks === 3 }),
  );

  expect(result).toBeUndefined();
  expect(looks).toBe(3);
});

test('requests no lease when no work remains', async () => {
  const asked: string[] = [];
  const env = bench((leases) => ({
    acquire: (...args) => {
      asked.push(args[0]);
      return leases.acquire(...args);
    },
  }));

  expect(
    await take(
      env,
      async () => 'done',
      async () => ({ settled: true }),
    ),
  ).toBeUndefined();
  expect(asked).toEqual([]);
});

test('refuses the lease to a second attempt of the same run while the first attempt holds it', async () => {
  const env = bench();

  const inner = take(env, async () => take(env, async () => 'twice'));

  await expect(inner).rejects.toMatchObject({ name: 'ResourceBusyError' });
});

test('keeps the result or the error of the work when the release of the lease fails', async () => {
  const env = bench(() => ({
    release: async () => {
      throw new Error('the table is gone');
    },
  }));

  const done = await take(env, async () => 'done');
  env.clock.advance(leaseDuration);
  const failed = take(env, async () => {
    throw new Error('the real reason');
  });

  expect(done).toBe('done');
  await expect(failed).rejects.toThrow('the real reason');
});

test('requests no lease before the next write may begin, and leaves a long wait to the state machine', async () => {
  const env = bench();
  const start = env.clock.now();
  const from = (later: number) => async () => ({ settled: false, notBefore: start + later });

  const soon = await take(env, async () => env.clock.now() - start, from(3_000));
  const late = take(env, async () => 'done', from(60_000));

  expect(soon).toBeGreaterThanOrEqual(3_000);
  await expect(late).rejects.toMatchObject({ name: 'ResourceBusyError' });
  expect(env.clock.now() - start).toBeLessThan(6_000);
});
