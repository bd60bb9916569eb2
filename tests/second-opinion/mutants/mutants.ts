import { matchingMutants } from './matching-mutants.ts';
import type { Mutant } from './mutant.ts';
import { permissionMutants } from './permission-mutants.ts';

export const mutants: readonly Mutant[] = [...permissionMutants, ...matchingMutants];

export function mutantNamed(name: string): Mutant {
  const mutant = mutants.find((each) => each.name === name);
  if (mutant === undefined) throw new Error(`There is no mutant ${name}`);
  return mutant;
}

/** The source with the fault. */
export function plant({ name, file, replace, by }: Mutant, source: string): string {
  const pieces = source.split(replace);
  if (pieces.length !== 2)
    throw new Error(`${name}: the text stands ${pieces.length - 1} times in ${file}, and not once`);
  return pieces.join(by);
}
