import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Hold, ResourceState, ResourceStore } from '../../../shared/store/ports.ts';
import type { MakeStore } from '../../fixtures/make-store.ts';
import {
  accountId,
  aReconciliation,
  aState,
  at,
  bucket,
  key,
  later,
  tamper,
} from '../../fixtures/store-items.ts';

const versionOf = (state: ResourceState | undefined): Pick<ResourceState, 'version'> =>
  state?.version === undefined ? {} : { version: state.version };

const ofGeneration = (generation: number): ResourceState =>
  aState({ lastReconciliation: aReconciliation({ generation }) });

export function resourceContract(makeStore: MakeStore): void {
  describe('resources', () => {
    let resources: ResourceStore;
    beforeEach(async () => {
      resources = (await makeStore()).resources;
    });

    /** Whoever has read the latest may replace it. */
    const put = async (resource: string, state: ResourceState) =>
      resources.put(resource, { ...state, ...versionOf(await resources.get(resource)) });

    const get = async (resource: string): Promise<ResourceState | undefined> => {
      const stored = await resources.get(resource);
      const { version, ...state } = stored ?? {};
      return stored && (state as ResourceState);
    };

    test('returns no state of a resource that was never written', async () => {
      expect(await get(bucket)).toBeUndefined();
    });

    test("returns a resource's state as it was stored", async () => {
      await put(bucket, aState());

      expect(await get(bucket)).toStrictEqual(aState());
    });

    test('returns the states of many resources, and nothing for a resource without a state', async () => {
      await put(bucket, ofGeneration(2));

      const states = await resources.getMany([bucket, key, bucket]);

      expect([...states.keys()]).toEqual([bucket, key]);
      expect(states.get(bucket)).toMatchObject({ state: ofGeneration(2) });
      expect(states.get(key)).toEqual({});
    });

    test('returns no states when no resources are given', async () => {
      expect(await resources.getMany([])).toEqual(new Map());
    });

    test('returns the states of more resources than one request of DynamoDB reads', async () => {
      const keys = Array.from({ length: 130 }, (_, number) => `${bucket}-${number}`);
      await Promise.all(keys.map((each) => put(each, ofGeneration(1))));

      expect([...(await resources.getMany(keys)).values()].map(({ state }) => state?.version)).toEqual(
        keys.map(() => 1),
      );
    });

    test("counts the writes of each resource's state", async () => {
      const first = await resources.put(bucket, aState());
      const second = await resources.put(bucket, { ...aState(), version: 1 });
      const other = await resources.put(key, aState());

      expect([first, second, other]).toEqual([1, 2, 1]);
      expect((await resources.get(bucket))?.version).toBe(2);
    });

    test('refuses a state when a newer one was stored after the read', async () => {
      await resources.put(bucket, aState());
      await resources.put(bucket, { ...ofGeneration(7), version: 1 });

      const late = await resources.put(bucket, { ...ofGeneration(2), version: 1 });
      const blind = await resources.put(bucket, ofGeneration(1));

      expect([late, blind]).toEqual([undefined, undefined]);
      expect((await resources.get(bucket))?.lastReconciliation?.generation).toBe(7);
    });

    test('accepts one of many simultaneous replacements of one version', async () => {
      await resources.put(bucket, aState());

      const versions = await Promise.all(
        Array.from({ length: 5 }, (_, generation) =>
          resources.put(bucket, { ...ofGeneration(generation + 1), version: 1 }),
        ),
      );

      expect(versions.filter((version) => version === 2)).toHaveLength(1);
      expect(versions.filter((version) => version === undefined)).toHaveLength(4);
    });

    test('returns the state that was stored before the first write of a policy', async () => {
      const first: ResourceState = {
        managed: { sids: ['AccountOnboardingProdLogsRead'] },
        writeInProgress: 'other-configuration',
      };
      await put(bucket, first);

      expect(await get(bucket)).toStrictEqual(first);
    });

    test("replaces a resource's state as a whole", async () => {
      await put(bucket, aState());
      await put(bucket, aState({ managed: { sids: ['AccountOnboardingProdLogsRead'] } }));

      expect(await get(bucket)).toStrictEqual(
        aState({ managed: { sids: ['AccountOnboardingProdLogsRead'] } }),
      );
    });

    test('stores and forgets a hold of each reason', async () => {
      const holds: readonly Hold[] = [
        { accountId: accountId(0), change: 'remove', reason: 'grace-period', since: at },
        {
          accountId: accountId(1),
          change: 'remove',
          reason: 'removal-limit',
          activationId: `${'a'.repeat(64)}@${at}`,
          since: at,
        },
        {
          accountId: accountId(2),
          change: 'remove',
          reason: 'removal-limit',
          activationId: `${'a'.repeat(64)}@${at}`,
        },
        {
          accountId: accountId(3),
          change: 'add',
          reason: 'rejected-principal',
          rejectedAt: at,
          message: 'invalid principals',
          ambiguous: true,
        },
        { accountId: accountId(4), change: 'add', reason: 'rejected-principal' },
        { accountId: accountId(5), change: 'add', reason: 'capacity' },
      ];
      await put(bucket, aState({ holds }));
      const kept = await get(bucket);
      await put(bucket, aState());

      expect(kept).toStrictEqual(aState({ holds }));
      expect(await get(bucket)).not.toHaveProperty('holds');
    });

    test('stores the holds of ten thousand accounts', async () => {
      const holds: readonly Hold[] = Array.from({ length: 10_000 }, (_, number) => ({
        accountId: accountId(number),
        change: 'remove',
        reason: 'removal-limit',
        activationId: `${'a'.repeat(64)}@${at}`,
        since: new Date(Date.parse(at) + 1_000 * number).toISOString(),
      }));
      await put(bucket, aState({ holds }));

      expect(await get(bucket)).toStrictEqual(aState({ holds }));
    });

    test('stores and removes the record of a conflict and of a write in progress', async () => {
      const sids = ['AccountOnboardingProdLogsWrite'];
      const state = aState({
        identity: '2026-01-01T00:00:00.000Z',
        managed: { sids, digests: { AccountOnboardingProdLogsWrite: 'c'.repeat(16) } },
        writeInProgress: 'same-configuration',
        conflict: { strikes: 2, restoredAt: at, changedAt: at, sids },
      });
      await put(bucket, state);
      const kept = await get(bucket);
      await put(bucket, aState());

      expect(kept).toStrictEqual(state);
      expect(await get(bucket)).toStrictEqual(aState());
    });

    test('stores and removes very many unmanaged statements', async () => {
      const unmanaged = Array.from({ length: 400 }, (_, index) => ({
        digest: String(index).padStart(16, '0'),
        label: index < 100 ? 'x'.repeat(64) : '',
      }));
      await put(bucket, aState({ unmanaged }));
      const kept = await get(bucket);
      await put(bucket, aState());

      expect(kept).toStrictEqual(aState({ unmanaged }));
      expect(await get(bucket)).not.toHaveProperty('unmanaged');
    });

    test('stores the activation id when the same configuration is activated again', async () => {
      const activationId = `${'b'.repeat(64)}@${later}`;
      const state = aState({ lastReconciliation: aReconciliation({ activationId }) });
      await put(bucket, state);

      expect(await get(bucket)).toStrictEqual(state);
    });

    test('lists the resources with managed statements, ordered', async () => {
      await put(key, aState());
      await put(bucket, aState());
      await put('ecr-repository-policy/111122223333/eu-west-1/empty', aState({ managed: { sids: [] } }));

      expect(await resources.listManaged([accountId(0)])).toEqual([bucket, key].sort());
    });

    test('removes a resource from the list when its last managed statement is gone', async () => {
      await put(key, aState());
      await put(bucket, aState());
      await put(bucket, aState({ managed: { sids: [] } }));

      expect(await resources.listManaged([accountId(0)])).toEqual([key]);
    });

    test('lists no resource when the write of its state was refused', async () => {
      await put(bucket, aState({ managed: { sids: [] } }));
      await resources.put(bucket, aState());

      expect(await resources.listManaged([accountId(0)])).toEqual([]);
    });

    test('lists the resources of the named central accounts, and none of other accounts', async () => {
      const elsewhere = 'ecr-repository-policy/444455556666/eu-west-1/base/node';
      await put(key, aState());
      await put(elsewhere, aState());

      expect(await resources.listManaged(['444455556666'])).toEqual([elsewhere]);
      expect(await resources.listManaged(['444455556666', accountId(0)])).toEqual([elsewhere, key]);
      expect(await resources.listManaged([])).toEqual([]);
    });

    test('stores the states of several resources separately', async () => {
      await put(bucket, ofGeneration(1));
      await put(key, ofGeneration(2));

      expect((await get(bucket))?.lastReconciliation?.generation).toBe(1);
      expect((await get(key))?.lastReconciliation?.generation).toBe(2);
    });

    test('keeps the stored state when the caller changes its own copy', async () => {
      const sids = ['AccountOnboardingProdLogsWrite'];
      await put(bucket, aState({ managed: { sids } }));
      sids.push('changed');
      const read = await get(bucket);
      tamper(() => Object.assign(read?.managed.sids ?? [], ['changed']));

      expect((await get(bucket))?.managed.sids).toEqual(['AccountOnboardingProdLogsWrite']);
    });
  });
}
