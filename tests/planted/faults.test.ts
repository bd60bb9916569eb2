import { expect, test } from '@jest/globals';
import { sourceOf } from '../fixtures/source/imports.ts';
import { plantedFault, plantedFaults } from './faults.ts';

test.each(plantedFaults.map((fault) => [fault.name, fault] as const))(
  'finds the text of %s once in its file',
  (name, { file }) => {
    const source = sourceOf(file);

    expect(plantedFault(name).plant(source)).not.toBe(source);
  },
);

test('gives each fault a name of its own', () => {
  expect(new Set(plantedFaults.map(({ name }) => name)).size).toBe(plantedFaults.length);
});
