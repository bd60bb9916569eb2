import { beforeEach, describe, expect, test } from '@jest/globals';
import type { RunStore } from '../../../shared/store/ports.ts';
import { fullChange } from '../../fixtures/full-run.ts';
import type { MakeStore } from '../../fixtures/make-store.ts';
import { aChange, accountId, aRun, at, later } from '../../fixtures/store-items.ts';

const resource = 's3-bucket-policy/222222222222/eu-west-1/example-logs';
const hold = {
  accountId: accountId(3),
  change: 'remove',
  reason: 'removal-limit',
  activationId: `${'a'.repeat(64)}@${at}`,
} as const;
const other = 'ecr-repository-policy/444444444444/eu-west-1/base/node';

export function runSearchContract(makeStore: MakeStore): void {
  describe('a search for runs', () => {
    let runs: RunStore;
    beforeEach(async () => {
      runs = (await makeStore()).runs;
      await runs.put(aRun({ runId: 'early', startedAt: at, accountIds: [accountId(1)] }));
      await runs.put(aRun({ runId: 'late', startedAt: later, accountIds: [accountId(2)] }));
      await runs.putChange('early', aChange({ resource, added: [accountId(1)], removed: [accountId(3)] }));
      await runs.putChange('late', aChange({ resource: other, holds: [hold] }));
      await runs.putChange('late', aChange({ resource, added: [accountId(2)] }));
    });

    const search = async (query: Parameters<RunStore['search']>[0]) =>
      (await runs.search(query)).items.map(({ run, changes }) => [
        run?.runId,
        ...changes.map((change) => change.resource),
      ]);

    test('lists the runs of an account and the runs that changed its access, newest first', async () => {
      expect(await search({ accountId: accountId(1) })).toEqual([['early', resource]]);
      expect(await search({ accountId: accountId(3) })).toEqual([
        ['late', other],
        ['early', resource],
      ]);
      expect(await search({ accountId: accountId(4) })).toEqual([]);
    });

    test('lists the runs of a resource by its key and by its id', async () => {
      const both = [
        ['late', resource],
        ['early', resource],
      ];

      expect(await search({ resource })).toEqual(both);
      expect(await search({ resource: 'example-logs' })).toEqual(both);
      expect(await search({ resource: 'base/node' })).toEqual([['late', other]]);
      expect(await search({ resource: 'node' })).toEqual([]);
    });

    test('lists the newest runs, and no more than the limit', async () => {
      const idsOf = async (limit: number) => (await runs.listNewest(limit)).items.map(({ runId }) => runId);

      expect(await idsOf(10)).toEqual(['late', 'early']);
      expect(await idsOf(1)).toEqual(['late']);
    });

    test('returns a change without the documents before and after', async () => {
      const { before: _, after: __, ...rest } = fullChange;
      await runs.putChange('late', fullChange);

      const { items } = await runs.search({ resource: fullChange.resource });

      expect(items[0]?.changes).toStrictEqual([rest]);
    });
  });
}
