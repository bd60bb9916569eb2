import { readFileSync } from 'node:fs';
import type { Mutant } from './mutants.ts';

/** A mutant that no test can notice, since the program behaves equally with it. */
export interface Equivalent {
  readonly file: string;
  readonly mutator: string;
  /** The text that the mutant replaces. */
  readonly original: string;
  readonly replacement: string;
  readonly why: string;
}

/** The mutants that are called equivalent in `equivalents.json`, each with the reason. */
export function loadEquivalents(): { readonly of: (mutant: Mutant) => Equivalent | undefined } {
  const all: readonly Equivalent[] = JSON.parse(
    readFileSync(new URL('./equivalents.json', import.meta.url), 'utf8'),
  );
  return {
    of: (mutant) =>
      all.find(
        ({ file, mutator, original, replacement }) =>
          file === mutant.file &&
          mutator === mutant.mutator &&
          original === mutant.original &&
          replacement === mutant.replacement,
      ),
  };
}
