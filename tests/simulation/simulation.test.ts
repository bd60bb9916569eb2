import { expect, test } from '@jest/globals';
import { play } from './accounts/play.ts';
import * as planted from './planted.ts';

const faults: readonly [string, () => planted.Planted, number][] = [
  ['leases that everyone gets', planted.sharedLeases, 1],
  ['a lease that is shorter than the function that holds it', planted.shortLeases, 1],
  ['rendering from the old policy plus one account', planted.oldPolicyPlusOne, 3],
  ['a revision that is counted up outside the transaction', planted.revisionOutsideTransaction, 24],
  ['an applied revision that is stored before the read-back', planted.appliedBeforeReadBack, 4],
  ['a registry that is read as it was seconds ago', planted.staleRegistry, 1],
  ['dropping statements that have no Sid', planted.withoutSidLost, 1],
  ['a retry that sends an old document', planted.oldDocumentAgain, 9],
  ['ignoring the limit of a document', planted.limitIgnored, 4],
  ['ignoring a quota', planted.quotaIgnored, 1],
  ['statements that are open to everybody', planted.openToEverybody, 1],
  ['roles of any account', planted.rolesOfAnybody, 3],
  ['a configuration that is not in force any more', planted.formerConfiguration, 3],
  ['an inventory that lists nothing', planted.emptyInventory, 47],
];

test('keeps the promises in random organizations under random faults and schedules', async () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const { violations } = await play({ seed });
    expect({ seed, violations }).toEqual({ seed, violations: [] });
  }
});

test('repeats the same play when the seed is the same', async () => {
  const first = await play({ seed: 40 });
  await play({ seed: 26 });
  const again = await play({ seed: 40 });

  expect(first.history.length).toBeGreaterThan(40);
  expect(again).toEqual(first);
});

const most = 500;

/**
 * A seed of 1 to 500 for which the planted fault breaks a promise, and for which no promise breaks without it. The
 * search begins at `first`, which was such a seed when this was written. `bench/planted-faults.ts` searches from 1 on.
 */
async function caughtAt(plant: () => planted.Planted, first: number): Promise<number | undefined> {
  for (let count = 0; count < most; count += 1) {
    const seed = ((first - 1 + count) % most) + 1;
    if ((await play({ seed, ...plant() })).violations.length === 0) continue;
    expect((await play({ seed })).violations).toEqual([]);
    return seed;
  }
  return undefined;
}

test('tests every planted fault of accounts', () => {
  expect(new Set(faults.map(([, plant]) => plant))).toEqual(new Set(Object.values(planted)));
});

test.each(faults)('detects the planted fault %s', async (_, plant, first) => {
  expect(await caughtAt(plant, first)).toBeDefined();
});
