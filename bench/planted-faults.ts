import { play } from '../simulation/play.ts';
import { playRotations } from '../simulation/rotation-play.ts';
import type { Violation } from '../simulation/watch.ts';
import * as planted from '../tests/simulation/planted.ts';
import * as plantedRotations from '../tests/simulation/planted-rotations.ts';

/**
 * How many seeds the deterministic simulation needs to catch each planted fault: `node bench/planted-faults.ts [SEEDS]`.
 */
const most = Number(process.argv[2] ?? 500);

type Playing = (seed: number) => Promise<{ readonly violations: readonly Violation[] }>;

async function caughtAt(playing: Playing): Promise<number | undefined> {
  for (let seed = 1; seed <= most; seed += 1) if ((await playing(seed)).violations.length > 0) return seed;
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
  const seed = await caughtAt(playing);
  console.log(`${name}: ${seed === undefined ? `not caught in ${most} seeds` : `caught by seed ${seed}`}`);
}
