import { play } from '../simulation/play.ts';
import * as planted from '../tests/simulation/planted.ts';

/**
 * How many seeds the deterministic simulation needs to catch each planted fault: `node bench/planted-faults.ts [SEEDS]`.
 */
const most = Number(process.argv[2] ?? 500);

async function caughtAt(plant: () => planted.Planted): Promise<number | undefined> {
  for (let seed = 1; seed <= most; seed += 1) {
    const { violations } = await play({ seed, ...plant() });
    if (violations.length > 0) return seed;
  }
  return undefined;
}

for (const [name, plant] of Object.entries(planted)) {
  const seed = await caughtAt(plant);
  console.log(`${name}: ${seed === undefined ? `not caught in ${most} seeds` : `caught by seed ${seed}`}`);
}
