import { expect, test } from '@jest/globals';
import {
  computeBatchWindow,
  getBatchWindowEnd,
  isUnderBurst,
} from '../../shared/reconcile/write-batching.ts';
import type { BatchWindow, ResourceState } from '../../shared/store/ports.ts';

const start = Date.parse('2026-03-02T09:00:00Z');

const state = (batchWindow: BatchWindow): ResourceState => ({
  managed: { sids: [] },
  batchWindow,
});

/** The pauses after writes that come so long after each other's pause has ended. */
function pauses(late: number, writes: number, served = 2): readonly number[] {
  let now = start;
  let batchWindow: BatchWindow | undefined;
  return Array.from({ length: writes }, (_, index) => {
    batchWindow = computeBatchWindow(batchWindow, { revision: served * index, now });
    now = Date.parse(batchWindow.until) + late;
    return batchWindow.pause;
  });
}

test('lengthens the pauses up to a limit while accounts wait for each write', () => {
  expect(pauses(500, 6)).toEqual([3_000, 9_000, 27_000, 40_000, 40_000, 40_000]);
});

test('shortens the pause in a burst after a write that left accounts untried', () => {
  const before = { until: new Date(start).toISOString(), pause: 27_000, revision: 5 };

  const after = computeBatchWindow(before, { revision: 9, now: start + 500, unfinished: true });

  expect(after).toEqual({ until: new Date(start + 3_500).toISOString(), pause: 40_000, revision: 9 });
  expect(isUnderBurst(state(after), start + 4_000)).toBe(true);
});

test('uses the shortest pause when an account comes long after the last write', () => {
  expect(pauses(60_000, 4)).toEqual([3_000, 3_000, 3_000, 3_000]);
});

test('uses the shortest pause when accounts come one after the other', () => {
  expect(pauses(500, 4, 1)).toEqual([3_000, 3_000, 3_000, 3_000]);
});

test('serves a thousand accounts within five minutes by ten writes', () => {
  let now = start;
  let batchWindow: BatchWindow | undefined;
  let writes = 0;
  for (; now < start + 280_000; now = getBatchWindowEnd(state(batchWindow), now) + 1_000) {
    batchWindow = computeBatchWindow(batchWindow, { revision: 15 * writes, now });
    writes += 1;
  }
  expect(writes).toBeLessThanOrEqual(10);
});

test('detects a burst at the second write in a row, and until some time after the pause', () => {
  const first = computeBatchWindow(undefined, { revision: 5, now: start });
  const second = computeBatchWindow(first, { revision: 7, now: start + 3_500 });
  const until = getBatchWindowEnd(state(second), start);

  expect(isUnderBurst(undefined, start)).toBe(false);
  expect(isUnderBurst(state(first), start + 1)).toBe(false);
  expect(isUnderBurst(state(second), until - 1)).toBe(true);
  expect(isUnderBurst(state(second), until + 39_000)).toBe(true);
  expect(isUnderBurst(state(second), until + 41_000)).toBe(false);
});

test('ignores a pause that a machine with a fast clock has stored', () => {
  const fast = computeBatchWindow(undefined, { revision: 5, now: start + 3_600_000 });
  const broken = { ...fast, until: 'soon' };

  expect(getBatchWindowEnd(state(fast), start)).toBe(0);
  expect(getBatchWindowEnd(state(broken), start)).toBe(0);
});
