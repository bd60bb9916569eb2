import { describe, expect, test } from '@jest/globals';
import { playRotations } from '../../simulation/rotation-play.ts';
import {
  blindStarts,
  givenUpForGood,
  orderOfTheSample,
  type PlantedRotation,
  valuesInErrors,
} from './planted-rotations.ts';

/** `npm run bench:rotations` plays thousands of rotations. */
test('rotated secrets reach their readers in random organisations, under random faults and schedules', async () => {
  for (let seed = 1; seed <= 6; seed += 1) {
    const { violations } = await playRotations({ seed });
    expect({ seed, violations }).toEqual({ seed, violations: [] });
  }
});

test('a seed tells the same story each time', async () => {
  const first = await playRotations({ seed: 3 });
  await playRotations({ seed: 4 });
  const again = await playRotations({ seed: 3 });

  expect(first.history.length).toBeGreaterThan(20);
  expect(again).toEqual(first);
});

/** Searched from the seed that is known to find it, since the others take their time: `node bench/planted-faults.ts`. */
describe('it catches, in less than 500 seeds,', () => {
  test.each<[string, () => PlantedRotation, number, RegExp]>([
    ['the order of the sample, which loses a deployment', orderOfTheSample, 1, /serves .*, not/],
    ['starts that rest on no look', blindStarts, 5, /was started twice/],
    ['giving up for good', givenUpForGood, 2, /ended as (timed-out|failed)/],
    ['a value in an error', valuesInErrors, 1, /an error of the rotation function shows a value/],
  ])('%s', async (_, plant, from, says) => {
    const caught = async (seed: number) =>
      (await playRotations({ seed, ...plant() })).violations.some(({ what }) => says.test(what));
    let seed = from;
    while (seed < 500 && !(await caught(seed))) seed += 1;
    expect(seed).toBeLessThan(500);
  });
});
