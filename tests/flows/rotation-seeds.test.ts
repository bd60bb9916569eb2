import { expect, test } from '@jest/globals';
import { simulateRotations } from './rotation-seeds.ts';

/** `npm run bench:rotations` runs thousands. */
const seeds = Array.from({ length: 12 }, (_, seed) => seed + 1);

test.each(seeds)('of seed %i, every rotation reaches its readers, once', async (seed) => {
  const { violations } = await simulateRotations(seed);
  expect(violations).toEqual([]);
});
