import type { Violation } from '../simulation/accounts/write-observer.ts';

/** The first seed that catches a fault, and the promise that it breaks; empty if none does. */
export interface Caught {
  readonly seed?: number;
  readonly what?: string | undefined;
}

export interface Seeds {
  readonly first: number;
  readonly count: number;
}

type Playing = (seed: number) => Promise<{ readonly violations: readonly Violation[] }>;

/** Plays seeds until one breaks a promise. A play that ends with an error catches the fault as well. */
export async function seekSeeds(playing: Playing, { first, count }: Seeds): Promise<Caught> {
  for (let seed = first; seed < first + count; seed += 1) {
    const what = await playing(seed).then(
      ({ violations }) => violations[0]?.what,
      (error: unknown) => `the play ends with ${error}`,
    );
    if (what !== undefined) return { seed, what };
  }
  return {};
}
