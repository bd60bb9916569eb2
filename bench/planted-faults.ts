import { parseArgs } from 'node:util';
import { play } from '../simulation/play.ts';
import * as planted from '../tests/simulation/planted.ts';

/**
 * How many seeds the deterministic simulation needs to catch each planted fault:
 * `node bench/planted-faults.ts [--seeds N] [NAME…]`. Exits with 1 where one is not caught.
 */
const { values, positionals } = parseArgs({
  options: { seeds: { type: 'string', default: '500' } },
  allowPositionals: true,
});
const most = Number(values.seeds);

async function caughtAt(plant: () => planted.Planted) {
  for (let seed = 1; seed <= most; seed += 1) {
    const { violations } = await play({ seed, ...plant() });
    if (violations.length > 0) return { seed, what: violations[0]?.what };
  }
  return undefined;
}

for (const [name, plant] of Object.entries(planted)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const caught = await caughtAt(plant);
  if (caught === undefined) process.exitCode = 1;
  console.log(
    caught === undefined
      ? `${name}: not caught in ${most} seeds`
      : `${name}: caught by seed ${caught.seed}: ${caught.what}`,
  );
}
