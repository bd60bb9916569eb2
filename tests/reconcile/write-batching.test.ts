import { expect, test } from '@jest/globals';
import { findBatchEnd, wasReconciledJustNow } from '../../shared/reconcile/write-batching.ts';
import type { Hold, ResourceState } from '../../shared/store/ports.ts';
import { aReconciliation } from '../fixtures/store-items.ts';

const start = Date.parse('2026-03-02T09:00:00Z');

const at = (seconds: number): string => new Date(start + seconds * 1_000).toISOString();

const reconciled = (seconds: number, holds: readonly Hold[] = []): ResourceState => ({
  managed: { sids: [] },
  lastReconciliation: aReconciliation({ at: at(seconds) }),
  holds,
});

interface Moment {
  readonly now: number;
  /** When the registry last changed. Default: never. */
  readonly changed?: number;
}

/** How many seconds after `start` the next write may begin, and how often the head of the registry was read. */
async function findEnd(state: ResourceState | undefined, { now, changed }: Moment) {
  let reads = 0;
  const head = { revision: 1, ...(changed === undefined ? {} : { changedAt: at(changed) }) };
  const getHead = async () => {
    reads += 1;
    return head;
  };
  const clock = { now: () => start + now * 1_000, sleep: async () => undefined };
  const end = await findBatchEnd({ clock, store: { registry: { getHead } } }, state);
  return { end: Math.max(0, (end - start) / 1_000), reads };
}

test.each([
  ['no run has reconciled the resource', undefined, { now: 10, changed: 10 }],
  ['the last reconciliation ended 40 seconds ago', reconciled(0), { now: 40, changed: 40 }],
  ['the last reconciliation ended on a machine with a fast clock', reconciled(3_600), { now: 1, changed: 1 }],
])('allows a write at once without a read of the registry when %s', async (_, state, moment) => {
  expect(await findEnd(state, moment)).toEqual({ end: 0, reads: 0 });
});

test.each([
  ['until three seconds after the last change of the registry', { now: 12, changed: 11 }, 14],
  ['at most 40 seconds after a write while accounts arrive', { now: 39, changed: 39 }, 40],
  ['no longer when the registry is quiet', { now: 20, changed: 10 }, 13],
  ['no longer when the time of the last change is unknown', { now: 5 }, 0],
])('lets the write after a reconciliation wait %s', async (_, moment, end) => {
  expect(await findEnd(reconciled(0), moment)).toEqual({ end, reads: 1 });
});

test('lets the next write wait for three seconds when the last search left accounts untried', async () => {
  const untried = reconciled(0, [
    { accountId: '111122223333', change: 'add', reason: 'rejected-principal', message: 'Invalid principal' },
  ]);

  expect(await findEnd(untried, { now: 1, changed: 1 })).toEqual({ end: 3, reads: 1 });
  expect(await findEnd(untried, { now: 3, changed: 3 })).toEqual({ end: 0, reads: 0 });
});

test('serves a burst of four minutes by six writes', async () => {
  let written = -100;
  let writes = 0;
  for (let now = 0; now < 240; now += 1) {
    const { end } = await findEnd(reconciled(written), { now, changed: now });
    if (now < end) continue;
    written = now;
    writes += 1;
  }
  expect(writes).toBe(6);
});

test('counts a reconciliation as recent for 80 seconds', () => {
  expect(wasReconciledJustNow(undefined, start)).toBe(false);
  expect(wasReconciledJustNow(reconciled(0), start + 79_000)).toBe(true);
  expect(wasReconciledJustNow(reconciled(0), start + 81_000)).toBe(false);
  expect(wasReconciledJustNow(reconciled(3_600), start)).toBe(false);
});
