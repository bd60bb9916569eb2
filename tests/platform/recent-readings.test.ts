import { describe, expect, it } from '@jest/globals';
import { createRecentReadings } from '../../shared/platform/recent-readings.ts';

function createClock(time: number) {
  const clock = { time, now: () => clock.time };
  return clock;
}

/** Gives 1, 2, 3 … */
function createCounter() {
  let count = 0;
  return async () => {
    count += 1;
    return count;
  };
}

describe('createRecentReadings', () => {
  it('reads a name once when one reader asks for it twice', async () => {
    const read = createCounter();
    const reader = createRecentReadings<number>(10).startReader(createClock(5), 5);

    expect([await reader('a', read), await reader('a', read), await reader('b', read)]).toEqual([1, 1, 2]);
  });

  it.each([
    ['serves', 'after the start of the run', 4, 1],
    ['reads anew', 'at the start of the run', 5, 2],
    ['reads anew', 'before the start of the run', 6, 2],
  ])('%s when another reader has read %s', async (_, _when, since, expected) => {
    const read = createCounter();
    const readings = createRecentReadings<number>(10);
    const clock = createClock(5);
    await readings.startReader(clock, 0)('a', read);
    clock.time = 9;

    expect(await readings.startReader(clock, since)('a', read)).toBe(expected);
  });

  it('forgets a read that failed', async () => {
    const reader = createRecentReadings<number>(10).startReader(createClock(5), 0);
    const failing = () => Promise.reject(new Error('denied'));

    await expect(reader('a', failing)).rejects.toThrow('denied');

    expect(await reader('a', async () => 7)).toBe(7);
  });

  it('drops the oldest reading when there are too many', async () => {
    const read = createCounter();
    const readings = createRecentReadings<number>(1);
    const clock = createClock(5);
    const reader = readings.startReader(clock, 0);
    await reader('a', read);
    await reader('b', read);

    expect(await readings.startReader(clock, 0)('a', read)).toBe(3);
  });
});
