import { beforeEach, describe, expect, test } from '@jest/globals';
import type { ResourceStore } from '../../../shared/store/ports.ts';
import type { MakeStore } from '../contract.ts';
import { accountId, aState, at, bucket, key, tamper } from './fixtures.ts';

export function resourceContract(makeStore: MakeStore): void {
  describe('resources', () => {
    let resources: ResourceStore;
    beforeEach(async () => {
      resources = (await makeStore()).resources;
    });

    test('knows nothing of a resource that was never touched', async () => {
      expect(await resources.get(bucket)).toBeUndefined();
    });

    test('gives the state of a resource back as it was put', async () => {
      await resources.put(bucket, aState());

      expect(await resources.get(bucket)).toStrictEqual(aState());
    });

    test('keeps the state from before the first reconciliation', async () => {
      const first = aState({ appliedRevision: 0, configurationHash: '', owned: [], generation: 0 });
      await resources.put(bucket, first);

      expect(await resources.get(bucket)).toStrictEqual(first);
    });

    test('replaces the state as a whole', async () => {
      await resources.put(bucket, aState());
      await resources.put(bucket, aState({ owned: ['AccountOnboardingProdLogsRead'], generation: 4 }));

      expect(await resources.get(bucket)).toStrictEqual(
        aState({ owned: ['AccountOnboardingProdLogsRead'], generation: 4 }),
      );
    });

    test('keeps the accounts whose removal waits, and forgets them', async () => {
      await resources.put(bucket, aState({ withheld: ['111122223333'] }));
      const waiting = await resources.get(bucket);
      await resources.put(bucket, aState());

      expect(waiting?.withheld).toEqual(['111122223333']);
      expect(await resources.get(bucket)).not.toHaveProperty('withheld');
    });

    test('keeps whom AWS refused, when and why, and forgets them', async () => {
      const tried = {
        revision: 5,
        setAside: ['111122223333', '444455556666'],
        refused: { '111122223333': at },
        reason: 'invalid principals',
      };
      await resources.put(bucket, aState({ tried }));
      const kept = await resources.get(bucket);
      await resources.put(bucket, aState());

      expect(kept).toStrictEqual(aState({ tried }));
      expect(await resources.get(bucket)).not.toHaveProperty('tried');
    });

    test('keeps who is leaving and since when, however many, and forgets them', async () => {
      const many = Array.from({ length: 10_000 }, (_, number) => [accountId(number), at]);
      const leaving = Object.fromEntries(many);
      await resources.put(bucket, aState({ leaving }));
      const kept = await resources.get(bucket);
      await resources.put(bucket, aState());

      expect(kept).toStrictEqual(aState({ leaving }));
      expect(await resources.get(bucket)).not.toHaveProperty('leaving');
    });

    test('keeps what outsiders did, and that a write is under way, and forgets both', async () => {
      const dispute = { since: at, sids: ['AccountOnboardingProdLogsWrite'] };
      const state = aState({
        ownDigest: 'b'.repeat(64),
        ownSids: { AccountOnboardingProdLogsWrite: 'c'.repeat(16) },
        writing: true,
        disputed: dispute,
        contested: { ...dispute, sids: [] },
      });
      await resources.put(bucket, state);
      const kept = await resources.get(bucket);
      await resources.put(bucket, aState());

      expect(kept).toStrictEqual(state);
      expect(await resources.get(bucket)).toStrictEqual(aState());
    });

    test('keeps the grants that met on it', async () => {
      await resources.put(bucket, aState({ grants: ['logs', 'config-logs'] }));

      expect((await resources.get(bucket))?.grants).toEqual(['logs', 'config-logs']);
    });

    test('keeps resources apart', async () => {
      await resources.put(bucket, aState({ generation: 1 }));
      await resources.put(key, aState({ generation: 2 }));

      expect((await resources.get(bucket))?.generation).toBe(1);
      expect((await resources.get(key))?.generation).toBe(2);
    });

    test('cannot be changed through a value that went in or came out', async () => {
      const owned = ['AccountOnboardingProdLogsWrite'];
      await resources.put(bucket, aState({ owned }));
      owned.push('changed');
      const read = await resources.get(bucket);
      tamper(() => Object.assign(read?.owned ?? [], ['changed']));

      expect((await resources.get(bucket))?.owned).toEqual(['AccountOnboardingProdLogsWrite']);
    });
  });
}
