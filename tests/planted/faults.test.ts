import { expect, test } from '@jest/globals';
import { allSuites } from '../../scripts/mutation/suites.ts';
import { sourceOf } from '../fixtures/source/imports.ts';
import { plantedFault, plantedFaults } from './faults.ts';

test.each(plantedFaults.map((fault) => [fault.name, fault] as const))(
  'finds the replaced text of the planted fault %s exactly once in its file',
  (name, { file }) => {
    const source = sourceOf(file);

    expect(plantedFault(name).plant(source)).not.toBe(source);
  },
);

test.each(plantedFaults.map((fault) => [fault.name, fault] as const))(
  'finds test suites for every alternative of the layers of the planted fault %s',
  (_, { unit, flow }) => {
    const finds = (pattern: string): boolean =>
      allSuites().some((suite) => new RegExp(`^${pattern}`).test(suite));
    // `tests/(store|reconcile)` has two alternatives.
    const alternatives = [unit, flow].flatMap((pattern) => {
      const [, before = '', choices = '', after = ''] = /^(.*)\((.*)\)(.*)$/.exec(pattern) ?? [];
      return choices === '' ? [pattern] : choices.split('|').map((choice) => `${before}${choice}${after}`);
    });

    expect(alternatives.filter((pattern) => !finds(pattern))).toEqual([]);
  },
);

test('gives each planted fault a unique name', () => {
  expect(new Set(plantedFaults.map(({ name }) => name)).size).toBe(plantedFaults.length);
});
