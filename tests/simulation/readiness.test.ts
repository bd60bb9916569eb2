import { expect, test } from '@jest/globals';
import { playReadiness } from './readiness/play.ts';

test('reports every access as the oracle expects when member roles and policies are damaged', async () => {
  const total = { accesses: 0, broken: 0 };
  for (let seed = 1; seed <= 25; seed += 1) {
    const { violations, accesses, broken } = await playReadiness({ seed });
    expect({ seed, violations }).toEqual({ seed, violations: [] });
    total.accesses += accesses;
    total.broken += broken;
  }
  expect(total.accesses).toBeGreaterThan(100);
  expect(total.broken).toBeGreaterThan(20);
});

test('repeats the same damage when the seed is the same', async () => {
  const first = await playReadiness({ seed: 3 });
  await playReadiness({ seed: 4 });

  expect(await playReadiness({ seed: 3 })).toEqual(first);
});
