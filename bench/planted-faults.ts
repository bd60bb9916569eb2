import { parseArgs } from 'node:util';
import { play } from '../simulation/play.ts';
import { playRotations } from '../simulation/rotation-play.ts';
import type { Violation } from '../simulation/watch.ts';
import * as planted from '../tests/simulation/planted.ts';
import * as plantedRotations from '../tests/simulation/planted-rotations.ts';

/**
 * How many seeds the deterministic simulation needs to catch each planted fault:
 * `node bench/planted-faults.ts [--seeds N] [NAME…]`. Exits with 1 where one is not caught.
 */
const { values, positionals } = parseArgs({
  options: { seeds: { type: 'string', default: '500' } },
  allowPositionals: true,
});
const most = Number(values.seeds);

type Playing = (seed: number) => Promise<{ readonly violations: readonly Violation[] }>;

async function caughtAt(playing: Playing) {
  for (let seed = 1; seed <= most; seed += 1) {
    const { violations } = await playing(seed);
    if (violations.length > 0) return { seed, what: violations[0]?.what };
  }
  return undefined;
}

const all: readonly (readonly [string, Playing])[] = [
  ...Object.entries(planted).map(
    ([name, plant]) => [name, (seed: number) => play({ seed, ...plant() })] as const,
  ),
  ...Object.entries(plantedRotations).map(
    ([name, plant]) => [name, (seed: number) => playRotations({ seed, ...plant() })] as const,
  ),
];

for (const [name, playing] of all) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const caught = await caughtAt(playing);
  if (caught === undefined) process.exitCode = 1;
  console.log(
    caught === undefined
      ? `${name}: not caught in ${most} seeds`
      : `${name}: caught by seed ${caught.seed}: ${caught.what}`,
  );
}
