import { expect, test } from '@jest/globals';
import { bound } from '../../bench/burst/bound.ts';
import { measureBurst, measureNaive } from '../../bench/burst/measure.ts';
import { most, sent } from '../../bench/burst/tally.ts';

test('verifies one account of a burst within a minute and writes nothing twice', async () => {
  const alone = await measureBurst({ accounts: 1 });

  expect(alone).toMatchObject({ lost: 0, missing: 0, failed: [], retries: 0 });
  expect(alone.lasted).toBeLessThan(60_000);
  expect(most(alone.writes)).toBe(1);
});

test('loses none of thirty accounts that arrive within a minute, and writes few times per document', async () => {
  const crowd = await measureBurst({ accounts: 30 });

  expect(crowd).toMatchObject({ accounts: 30, lost: 0, missing: 0, failed: [] });
  expect(most(crowd.writes)).toBeLessThanOrEqual(10);
  expect(most(crowd.reads)).toBeLessThan(3 * 30);
  for (const operation of ['ListParents', 'ListTagsForResource', 'DescribeAccount'])
    expect(crowd.calls.get(`organizations:${operation}`)?.calls).toBeLessThanOrEqual(2 * 30);
});

test('serves the other accounts of a burst when AWS rejects some, and admits rejected accounts once AWS accepts them', async () => {
  const crowd = await measureBurst({ accounts: 30, refused: 2 });

  expect(crowd).toMatchObject({ accounts: 30, lost: 0, missing: 0, failed: [] });
  // Each on a repository of its own, and both on one secret.
  expect(crowd.refused).toMatchObject({ accounts: 2, waiting: 4, mostOnOne: 2, untold: [] });
  expect(crowd.refused).toMatchObject({ sweep: 'succeeded', missing: [] });
  // The crowd's; for each one that is refused, a search of at most 16, and what its own run tries again.
  expect(most(crowd.refusedWrites)).toBeGreaterThan(2);
  expect(most(sent(crowd))).toBeLessThanOrEqual(10 + 2 * (16 + 10));
  expect(most(crowd.reads)).toBeLessThan(3 * 30);
});

test('loses accounts when each run writes without a lease, so that the measure can fail', async () => {
  const naive = await measureNaive(100);

  expect(naive.lost).toBeGreaterThan(0);
  expect(naive.missing).toBeGreaterThanOrEqual(naive.lost);
  expect(most(naive.writes)).toBe(100);
});

test('takes the lower bound of a burst from the slowest service or the last arrival', () => {
  const writes = new Map([['kms a', 4]]);
  const boundFor = (accounts: number) => bound({ accounts, writes, lastArrival: 59_000, quickest: 7_000 });

  expect(boundFor(100)).toEqual({
    least: 66_000,
    because: 'the arrivals: 59.0 s, and the quickest account: 7.0 s',
  });
  // Eight at once, and then five in a second.
  expect(boundFor(1_008)).toEqual({
    least: 207_000,
    because: '1008 organizations:ListParents: 200.0 s, and the quickest account: 7.0 s',
  });
});
