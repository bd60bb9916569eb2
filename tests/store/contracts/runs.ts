import { beforeEach, describe, expect, test } from '@jest/globals';
import type { RunStore } from '../../../shared/store/ports.ts';
import { fullChange, fullPolicy, fullRun, sweepCounts } from '../../fixtures/full-run.ts';
import type { MakeStore } from '../../fixtures/make-store.ts';
import { aChange, accountId, aRun, at, bucket, key, later, tamper } from '../../fixtures/store-items.ts';

export function runContract(makeStore: MakeStore): void {
  describe('runs', () => {
    let runs: RunStore;
    beforeEach(async () => {
      runs = (await makeStore()).runs;
      for (const runId of ['run-1', 'run-10']) await runs.putChangedAccounts(runId, ['', accountId(0)]);
    });

    test('returns no record of a run that never existed', async () => {
      expect(await runs.get('run-1')).toBeUndefined();
      expect((await runs.getWhole('run-1')).changes).toEqual([]);
    });

    test('returns a run with only the required fields as it was stored', async () => {
      await runs.put(aRun());

      expect(await runs.get('run-1')).toStrictEqual(aRun());
    });

    test('returns a run with all fields as it was stored', async () => {
      await runs.put(fullRun);

      expect(await runs.get('run-1')).toStrictEqual(fullRun);
    });

    test('replaces a run as a whole, so that its error is gone after a success', async () => {
      const done = aRun({ status: 'succeeded', finishedAt: later });
      await runs.put(fullRun);
      await runs.put(done);

      expect(await runs.get('run-1')).toStrictEqual(done);
    });

    test('stores a run for ten thousand accounts', async () => {
      const accountIds = Array.from({ length: 10_000 }, (_, number) => accountId(number));
      const left = accountIds.map((id) => `The access of account ${id} to the log bucket is not verified.`);
      await runs.put(aRun({ status: 'failed', accountIds, unresolved: left }));

      expect(await runs.get('run-1')).toStrictEqual(aRun({ status: 'failed', accountIds, unresolved: left }));
    });

    test('returns the documents of a change exactly', async () => {
      await runs.putChange('run-1', fullChange);

      expect((await runs.getWhole('run-1')).changes).toStrictEqual([fullChange]);
    });

    test('distinguishes an empty document from null and from an absent document', async () => {
      await runs.putChange('run-1', aChange({ before: { policy: null }, after: {} }));
      await runs.putChange('run-1', aChange({ resource: key }));

      expect((await runs.getWhole('run-1')).changes).toStrictEqual([
        aChange({ resource: key }),
        aChange({ before: { policy: null }, after: {} }),
      ]);
    });

    test('stores documents that together are larger than a DynamoDB item', async () => {
      const before = Object.fromEntries(
        Array.from({ length: 40 }, (_, shard) => [`shard-${shard}`, fullPolicy(shard)]),
      );
      expect(JSON.stringify(before).length).toBeGreaterThan(200 * 1024);
      const change = aChange({ before, after: { ...before, 'shard-0': fullPolicy(41) } });
      await runs.putChange('run-1', change);

      expect((await runs.getWhole('run-1')).changes).toStrictEqual([change]);
    });

    test('replaces a change as a whole', async () => {
      const written = aChange({ outcome: 'written', finishedAt: later });
      await runs.putChange('run-1', fullChange);
      await runs.putChange('run-1', written);

      expect((await runs.getWhole('run-1')).changes).toStrictEqual([written]);
    });

    test('orders the changes of a run by resource', async () => {
      const resources = ['s3:b', 'iam:é', 'iam:z', 'S3:a', 's3:\u{1F680}', 's3:\uFF5E', 's3:a'];
      for (const resource of resources) await runs.putChange('run-1', aChange({ resource }));

      const listed = (await runs.getWhole('run-1')).changes.map(({ resource }) => resource);
      expect(listed).toEqual(['S3:a', 'iam:z', 'iam:é', 's3:a', 's3:b', 's3:\uFF5E', 's3:\u{1F680}']);
    });

    test('lists more changes than one page holds', async () => {
      const policy = { policy: { text: 'x'.repeat(50_000) } };
      const resources = Array.from(
        { length: 30 },
        (_, number) => `s3:bucket-${String(number).padStart(2, '0')}`,
      );
      await Promise.all(
        resources.map((resource) => runs.putChange('run-1', aChange({ resource, before: policy }))),
      );

      expect((await runs.getWhole('run-1')).changes.map(({ resource }) => resource)).toEqual(resources);
    });

    test('stores more changes than one request takes', async () => {
      const changes = Array.from({ length: 60 }, (_, number) =>
        aChange({ resource: `${key}-${String(number).padStart(2, '0')}` }),
      );
      await runs.putChange('run-1', fullChange);

      await runs.putChanges('run-1', changes);

      expect((await runs.getWhole('run-1')).changes).toStrictEqual([...changes, fullChange]);
    });

    test('stores nothing when there are no changes', async () => {
      await runs.putChanges('run-1', []);

      expect((await runs.getWhole('run-1')).changes).toEqual([]);
    });

    test("separates the changes of two runs, even when one run's id begins with the other's", async () => {
      await runs.putChange('run-1', aChange());
      await runs.putChange('run-10', aChange({ resource: key }));
      await runs.put(aRun());

      expect((await runs.getWhole('run-1')).changes).toEqual([aChange()]);
      expect((await runs.getWhole('run-10')).changes).toEqual([aChange({ resource: key })]);
    });

    test('returns the record and the changes of a run together, and of no other run', async () => {
      expect(await runs.getWhole('run-1')).toStrictEqual({ run: undefined, changes: [] });
      await runs.putChange('run-1', fullChange);
      await runs.putChange('run-1', aChange({ resource: key }));
      await runs.putChange('run-10', aChange());
      expect((await runs.getWhole('run-1')).run).toBeUndefined();
      await runs.put(fullRun);

      expect(await runs.getWhole('run-1')).toStrictEqual({
        run: fullRun,
        changes: (await runs.getWhole('run-1')).changes,
      });
      expect((await runs.getWhole('run-1')).changes).toHaveLength(2);
    });

    test('returns the changes of every account of the run, ordered by resource', async () => {
      const elsewhere = 'ecr-repository-policy/444455556666/eu-west-1/base/node';
      await runs.putChangedAccounts('run-1', [accountId(0), '444455556666']);
      for (const resource of [key, elsewhere]) await runs.putChange('run-1', aChange({ resource }));

      const { changes } = await runs.getWhole('run-1');
      expect(changes).toStrictEqual([aChange({ resource: elsewhere }), aChange({ resource: key })]);
    });

    test('returns the record with the changes of one account', async () => {
      const elsewhere = 'ecr-repository-policy/444455556666/eu-west-1/base/node';
      await runs.put(aRun());
      for (const resource of [key, elsewhere]) await runs.putChange('run-1', aChange({ resource }));

      expect(await runs.getPart('run-1', '444455556666')).toStrictEqual({
        run: aRun(),
        changes: [aChange({ resource: elsewhere })],
      });
    });

    test('returns the change of one resource', async () => {
      await runs.putChange('run-1', aChange({ resource: key }));

      expect(await runs.getChange('run-1', key)).toStrictEqual(aChange({ resource: key }));
      expect(await runs.getChange('run-1', bucket)).toBeUndefined();
      expect(await runs.getChange('run-10', key)).toBeUndefined();
    });

    test('lists the runs that began before a time and have not ended, by run id', async () => {
      await runs.put(aRun({ runId: 'run-2' }));
      await runs.put(aRun({ runId: 'run-1' }));
      await runs.put(aRun({ runId: 'run-3', startedAt: later }));
      for (const status of ['succeeded', 'failed'] as const) {
        await runs.put(aRun({ runId: status }));
        await runs.put(aRun({ runId: status, status, finishedAt: later }));
      }
      await runs.put(aRun({ runId: 'ignored', status: 'ignored' }));

      expect((await runs.listUnfinished(later)).items).toStrictEqual([
        aRun({ runId: 'run-1' }),
        aRun({ runId: 'run-2' }),
      ]);
      expect((await runs.listUnfinished(at)).items).toEqual([]);
    });

    describe('the announcement of an end', () => {
      const title = 'Account Onboarded';
      const pending = { status: 'pending', at, error: 'Error: no' } as const;
      const announced = { status: 'announced', at: later } as const;
      const ended = aRun({ status: 'succeeded', announcement: { title, bus: announced, topic: pending } });

      test('lists a pending announcement, ordered by run id', async () => {
        await runs.put(aRun({ runId: 'open' }));
        await runs.put(aRun({ runId: 'silent', status: 'failed' }));
        for (const runId of ['run-2', 'run-1']) {
          await runs.put(aRun({ runId }));
          await runs.put({ ...ended, runId });
        }

        expect((await runs.listUnannounced()).items).toStrictEqual([
          { ...ended, runId: 'run-1' },
          { ...ended, runId: 'run-2' },
        ]);
        expect((await runs.listUnfinished(later)).items.map(({ runId }) => runId)).toEqual(['open']);
      });

      test('removes an announcement from the list when every channel has received it', async () => {
        await runs.put(ended);
        await runs.put({
          ...ended,
          announcement: { title, bus: announced, topic: announced },
          announcedAt: later,
        });

        expect((await runs.listUnannounced()).items).toEqual([]);
      });

      test('lists an announcement even if the first step or the open item of the run is written late', async () => {
        await runs.put(aRun());
        await runs.put(ended);
        await runs.open(aRun());

        expect((await runs.listUnfinished(later)).items).toEqual([]);
        expect((await runs.listUnannounced()).items).toStrictEqual([ended]);
      });

      test('removes a run from the list when it ended again without an announcement', async () => {
        await runs.put(ended);
        await runs.put(aRun({ status: 'succeeded' }));

        expect((await runs.listUnannounced()).items).toEqual([]);
      });
    });

    test('lists a run that waits for approval and then continues', async () => {
      const waiting = aRun({ status: 'waiting-for-approval', waitingUntil: later });
      await runs.put(aRun());
      await runs.put(waiting);

      expect((await runs.listUnfinished(later)).items).toStrictEqual([waiting]);
      await runs.put({ ...waiting, status: 'running' });
      expect((await runs.listUnfinished(later)).items).toStrictEqual([{ ...waiting, status: 'running' }]);
    });

    test('stores the start of a run again while the run is open, and refuses it after the end', async () => {
      await runs.open(aRun());
      await runs.open(aRun({ cause: 'again' }));
      expect(await runs.get(aRun().runId)).toStrictEqual(aRun({ cause: 'again' }));
      for (const status of ['succeeded', 'failed'] as const) {
        await runs.put(aRun({ status }));
        await runs.open(aRun());
        expect(await runs.get(aRun().runId)).toStrictEqual(aRun({ status }));
        expect((await runs.listUnfinished(later)).items).toEqual([]);
      }
    });

    test('lists a run once when its start is repeated', async () => {
      await runs.put(aRun());
      await runs.put(aRun());

      expect((await runs.listUnfinished(later)).items).toStrictEqual([aRun()]);
    });

    test('returns the counts of a sweep as they were stored', async () => {
      await runs.put(aRun({ status: 'succeeded', counts: sweepCounts }));

      expect((await runs.get('run-1'))?.counts).toStrictEqual(sweepCounts);
    });

    test('keeps the stored run when the caller changes its own copy', async () => {
      const statements = [{ Sid: 'First' }];
      await runs.putChange('run-1', aChange({ after: { policy: { Statement: statements } } }));
      statements.push({ Sid: 'Changed' });
      const [read] = (await runs.getWhole('run-1')).changes;
      tamper(() => Object.assign(read?.after ?? {}, { policy: null }));

      expect((await runs.getWhole('run-1')).changes[0]?.after).toEqual({
        policy: { Statement: [{ Sid: 'First' }] },
      });
    });
  });
}
