import type { Random } from '../../shared/platform/clock.ts';

/** The random draws of a simulation. All come from one seed. */
export interface Draw {
  readonly random: Random;
  /** True once in `1 / probability` times. */
  chance(probability: number): boolean;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** One of the items; there must be one. */
  pick<T>(values: readonly T[]): T;
  /** Some of the items, in their order, each with the given probability. */
  some<T>(values: readonly T[], probability: number): readonly T[];
}

/** Mulberry32: 32 bits of state. Neighboring seeds give unrelated numbers. */
export function createSeededRandom(seed: number): Random {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function createDraw(random: Random): Draw {
  const between = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
  return {
    random,
    chance: (probability) => random() < probability,
    between,
    pick: (values) => {
      const item = values[between(0, values.length - 1)];
      if (item === undefined) throw new Error('Nothing to pick from');
      return item;
    },
    some: (values, probability) => values.filter(() => random() < probability),
  };
}
