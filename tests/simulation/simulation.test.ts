import { expect, test } from '@jest/globals';
import { play } from '../../simulation/play.ts';
import { oldPolicyPlusOne, type Planted, staleRegistry, withoutSidLost } from './planted.ts';

test('the promises hold in random organisations, under random faults and schedules', async () => {
  for (let seed = 1; seed <= 8; seed += 1) {
    const { violations } = await play({ seed });
    expect({ seed, violations }).toEqual({ seed, violations: [] });
  }
});

test('a seed tells the same story each time', async () => {
  const first = await play({ seed: 5 });
  await play({ seed: 6 });
  const again = await play({ seed: 5 });

  expect(first.history.length).toBeGreaterThan(5);
  expect(again).toEqual(first);
});

/** The first seed whose promises the planted fault breaks. */
async function caughtAt(plant: () => Planted, most: number): Promise<number | undefined> {
  for (let seed = 1; seed <= most; seed += 1) {
    const { violations } = await play({ seed, ...plant() });
    if (violations.length > 0) return seed;
  }
  return undefined;
}

test.each([
  ['rendering from the old policy plus one account', oldPolicyPlusOne],
  ['a registry that is read as it was seconds ago', staleRegistry],
  ['dropping statements that have no Sid', withoutSidLost],
])('it catches %s', async (_, plant) => {
  expect(await caughtAt(plant, 60)).toBeDefined();
});
