import { beforeEach, describe, expect, test } from '@jest/globals';
import type { LeaseStore, Store } from '../../../shared/store/ports.ts';
import type { MakeStore } from '../../fixtures/make-store.ts';
import { aState, bucket, key } from '../../fixtures/store-items.ts';

const now = Date.parse('2026-01-02T03:04:05.678Z');
const until = now + 60_000;

export function leaseContract(makeStore: MakeStore): void {
  describe('leases', () => {
    let store: Store;
    let leases: LeaseStore;
    beforeEach(async () => {
      store = await makeStore();
      leases = store.leases;
    });

    test('gives the lease of a free resource to the first caller', async () => {
      expect(await leases.acquire(bucket, 'run-1', now, until)).toMatchObject({ taken: true });
    });

    test('refuses another owner as long as the lease lasts', async () => {
      await leases.acquire(bucket, 'run-1', now, until);

      expect(await leases.acquire(bucket, 'run-2', now, until)).toMatchObject({ taken: false });
      expect(await leases.acquire(bucket, 'run-2', until - 1, until + 60_000)).toMatchObject({
        taken: false,
      });
    });

    test('returns the holder and the end of a lease to a run that does not get the lease', async () => {
      expect(await leases.acquire(bucket, 'run-1', now, until)).toEqual({ taken: true, until });
      expect(await leases.acquire(bucket, 'run-2', now + 1, until + 60_000)).toEqual({
        taken: false,
        until,
        owner: 'run-1',
      });
    });

    test('refuses the lease to its own holder, because a lease is not re-entrant', async () => {
      await leases.acquire(bucket, 'run-1', now, until);

      expect(await leases.acquire(bucket, 'run-1', now, until)).toMatchObject({ taken: false });
    });

    test('grants a lease at the moment when the old lease ends', async () => {
      await leases.acquire(bucket, 'run-1', now, until);

      expect(await leases.acquire(bucket, 'run-2', until, until + 60_000)).toMatchObject({ taken: true });
      expect(await leases.acquire(bucket, 'run-3', until, until + 60_000)).toMatchObject({ taken: false });
    });

    test('grants a lease after its owner released it', async () => {
      await leases.acquire(bucket, 'run-1', now, until);
      await leases.release(bucket, 'run-1');

      expect(await leases.acquire(bucket, 'run-2', now, until)).toMatchObject({ taken: true });
    });

    test('keeps the lease when another run releases it', async () => {
      await leases.acquire(bucket, 'run-1', now, until);
      await leases.release(bucket, 'run-2');

      expect(await leases.acquire(bucket, 'run-2', now, until)).toMatchObject({ taken: false });
    });

    test('keeps the lease of the new owner when the old owner releases late', async () => {
      await leases.acquire(bucket, 'run-1', now, until);
      await leases.acquire(bucket, 'run-2', until, until + 60_000);
      await leases.release(bucket, 'run-1');

      expect(await leases.acquire(bucket, 'run-3', until, until + 60_000)).toMatchObject({ taken: false });
    });

    test('accepts the release of a lease that nobody holds', async () => {
      await leases.release(bucket, 'run-1');

      expect(await leases.acquire(bucket, 'run-1', now, until)).toMatchObject({ taken: true });
    });

    test('lists the leases that have not ended, by resource', async () => {
      await leases.acquire(key, 'run-2#b', now, until + 1);
      await leases.acquire(bucket, 'run-1#a', now, until);
      const both = await leases.listHeld(now);

      expect(both).toEqual({
        items: [
          { resource: key, owner: 'run-2#b', until: until + 1 },
          { resource: bucket, owner: 'run-1#a', until },
        ],
        unreadable: [],
      });
      expect((await leases.listHeld(until)).items.map(({ owner }) => owner)).toEqual(['run-2#b']);
    });

    test('gives the lease to one of 20 simultaneous callers', async () => {
      const owners = Array.from({ length: 20 }, (_, number) => `run-${number}`);
      const taken = await Promise.all(owners.map((owner) => leases.acquire(bucket, owner, now, until)));

      expect(taken.filter(({ taken: has }) => has)).toHaveLength(1);
    });

    test('gives an ended lease to one of 20 simultaneous callers', async () => {
      await leases.acquire(bucket, 'run-0', now, until);
      const owners = Array.from({ length: 20 }, (_, number) => `run-${number}`);
      const taken = await Promise.all(
        owners.map((owner) => leases.acquire(bucket, owner, until + 1, until + 60_000)),
      );

      expect(taken.filter(({ taken: has }) => has)).toHaveLength(1);
    });

    test('gives a lease for one resource only, and keeps the state of the resource unchanged', async () => {
      await store.resources.put(bucket, aState());
      await leases.acquire(bucket, 'run-1', now, until);

      expect(await leases.acquire(key, 'run-2', now, until)).toMatchObject({ taken: true });
      expect(await store.resources.get(bucket)).toStrictEqual({ ...aState(), version: 1 });
      expect(await store.resources.get(key)).toBeUndefined();
    });
  });
}
