import { beforeEach, describe, expect, test } from '@jest/globals';
import type { ApprovalDecision, ApprovalRequest, Store } from '../../../shared/store/ports.ts';
import type { MakeStore } from '../../fixtures/make-store.ts';
import { accountId, aRun, at, later } from '../../fixtures/store-items.ts';

export function approvalContract(makeStore: MakeStore): void {
  describe('approvals', () => {
    let store: Store;
    beforeEach(async () => {
      store = await makeStore();
    });

    test('returns no approval request of a run that made none', async () => {
      expect(await store.approvals.get('run-1')).toBeUndefined();
      expect(await store.approvals.listOpen()).toEqual({ items: [], unreadable: [] });
      expect(await store.approvals.decide('run-1', 'token-1', approved)).toBe(false);
    });

    test('returns an approval request as it was stored, even a long one', async () => {
      const long = { ...aRequest(), difference: '支払い+ 111122223333\n'.repeat(40_000) };

      expect(await store.approvals.put(long)).toBe(true);
      expect(await store.approvals.get('run-1')).toStrictEqual(long);
    });

    test('accepts one decision, only with the token of the waiting task', async () => {
      await store.approvals.put(aRequest());

      expect(await store.approvals.decide('run-1', 'another', approved)).toBe(false);
      expect(await store.approvals.decide('run-1', 'token-1', approved)).toBe(true);
      expect(await store.approvals.decide('run-1', 'token-1', rejected)).toBe(false);
      expect(await store.approvals.get('run-1')).toStrictEqual({ ...aRequest(), decision: approved });
    });

    test('accepts one of two simultaneous decisions', async () => {
      await store.approvals.put(aRequest());
      const won = await Promise.all(
        [approved, rejected].map((decision) => store.approvals.decide('run-1', 'token-1', decision)),
      );

      expect(won.toSorted()).toEqual([false, true]);
      const kept = won[0] === true ? approved : rejected;
      expect((await store.approvals.get('run-1'))?.decision).toStrictEqual(kept);
    });

    test('replaces an approval request only while it is undecided or another task waits', async () => {
      const anew = { ...aRequest(), requestedAt: later };
      await store.approvals.put(aRequest());

      expect(await store.approvals.put(anew)).toBe(true);
      await store.approvals.decide('run-1', 'token-1', approved);
      expect(await store.approvals.put(aRequest())).toBe(false);
      expect(await store.approvals.get('run-1')).toStrictEqual({ ...anew, decision: approved });

      const next = { ...aRequest(), token: 'token-2' };
      expect(await store.approvals.put(next)).toBe(true);
      expect(await store.approvals.get('run-1')).toStrictEqual(next);
    });

    test('lists undecided approval requests of open runs, by run id', async () => {
      for (const runId of ['run-2', 'run-1', 'decided', 'ended', 'resumed']) {
        await store.runs.put(aRun({ runId, status: 'waiting-for-approval', waitingUntil: later }));
        await store.approvals.put({ ...aRequest(), runId });
      }
      await store.approvals.decide('decided', 'token-1', approved);
      await store.runs.put(aRun({ runId: 'ended', status: 'failed' }));
      await store.runs.put(aRun({ runId: 'resumed', status: 'running' }));

      expect((await store.approvals.listOpen()).items.map(({ runId }) => runId)).toEqual([
        'resumed',
        'run-1',
        'run-2',
      ]);
    });
  });
}

const approved: ApprovalDecision = { verdict: 'approved', by: 'an operator', at: later };
const rejected: ApprovalDecision = { verdict: 'rejected', by: 'another', at: later, reason: '' };

const position = { name: 'new', parentIds: ['r-abcd'], ouPath: '', tags: { team: '' } };

const aRequest = (): ApprovalRequest => ({
  runId: 'run-1',
  token: 'token-1',
  execution: 'arn:aws:states:us-east-1:111122223333:execution:account-onboarding-prod:run-1',
  accounts: [
    { id: accountId(0), position, approvedAs: null },
    { id: accountId(1), position, approvedAs: { ...position, ouPath: 'Workloads' } },
  ],
  planHash: 'a'.repeat(64),
  configurationHash: 'b'.repeat(64),
  difference: '',
  requestedAt: at,
  until: later,
});
