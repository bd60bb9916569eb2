import { expect, it } from '@jest/globals';
import { sourceOf } from '../../fixtures/source/imports.ts';
import { mutants, plant } from './mutants.ts';

it.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
  'finds the replaced text of the mutant %s exactly once in its file',
  (_, mutant) => {
    const source = sourceOf(mutant.file);

    expect(plant(mutant, source)).not.toBe(source);
  },
);

it('has at least 20 mutants, each with a unique name', () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  expect(mutants.length).toBeGreaterThanOrEqual(20);
});
