import { beforeEach, describe, expect, test } from '@jest/globals';
import type { ResourceStore, Store } from '../../../shared/store/ports.ts';
import { getResourceAccount } from '../../../shared/store/resource-account.ts';
import type { MakeStore } from '../../fixtures/make-store.ts';
import { aChange, aReconciliation, aState, at, bucket } from '../../fixtures/store-items.ts';

const written = aState({ lastReconciliation: aReconciliation({ generation: 7 }) });

export function reconciliationEndContract(makeStore: MakeStore): void {
  describe('the end of a reconciliation', () => {
    let store: Store;
    let resources: ResourceStore;
    beforeEach(async () => {
      store = await makeStore();
      resources = store.resources;
    });

    const now = Date.parse(at);
    const end = { runId: 'run-1', change: aChange(), owner: 'own' };

    test('stores the state and the change, and releases the lease', async () => {
      await store.leases.acquire(bucket, 'own', now, now + 60_000);

      expect(await resources.finish(bucket, aState(), end)).toBe(1);

      expect(await resources.get(bucket)).toStrictEqual({ ...aState(), version: 1 });
      expect(await store.runs.getChange('run-1', bucket)).toStrictEqual(end.change);
      expect(await resources.listManaged([getResourceAccount(bucket)])).toEqual([bucket]);
      expect(await store.leases.acquire(bucket, 'next', now, now + 60_000)).toMatchObject({ taken: true });
    });

    test('stores nothing and keeps the lease when another run has taken the lease', async () => {
      await store.leases.acquire(bucket, 'own', now, now + 1);
      await store.leases.acquire(bucket, 'other', now + 1, now + 60_000);

      expect(await resources.finish(bucket, aState(), end)).toBeUndefined();

      expect(await resources.get(bucket)).toBeUndefined();
      expect(await store.runs.getChange('run-1', bucket)).toBeUndefined();
      expect(await resources.listManaged([getResourceAccount(bucket)])).toEqual([]);
      const asked = await store.leases.acquire(bucket, 'next', now + 2, now + 60_000);
      expect(asked).toMatchObject({ taken: false, owner: 'other' });
    });

    test('stores nothing and keeps the lease when another run has written the state', async () => {
      await store.leases.acquire(bucket, 'own', now, now + 60_000);
      await resources.put(bucket, written);

      expect(await resources.finish(bucket, aState(), end)).toBeUndefined();

      expect(await resources.get(bucket)).toStrictEqual({ ...written, version: 1 });
      expect(await store.runs.getChange('run-1', bucket)).toBeUndefined();
      const asked = await store.leases.acquire(bucket, 'next', now, now + 60_000);
      expect(asked).toMatchObject({ taken: false, owner: 'own' });
    });

    test('keeps the lease when no owner is given', async () => {
      await store.leases.acquire(bucket, 'own', now, now + 60_000);

      expect(await resources.finish(bucket, aState(), { runId: 'run-1', change: aChange() })).toBe(1);

      expect(await store.runs.getChange('run-1', bucket)).toStrictEqual(aChange());
      const asked = await store.leases.acquire(bucket, 'next', now, now + 60_000);
      expect(asked).toMatchObject({ taken: false, owner: 'own' });
    });
  });
}
