import { expect, test } from '@jest/globals';
import { grantKinds } from '../../../shared/grants/kinds.ts';
import { filesIn, importsOf } from '../../fixtures/source/imports.ts';
import { readers } from './kinds/index.ts';

const folder = 'tests/simulation/oracle';

const codeIn = (where: string): readonly string[] =>
  filesIn(where).filter((file) => !file.endsWith('.test.ts'));

/** The files of the system under test that the rest of the simulation uses: it plays them, and judges by the oracle. */
const played: readonly string[] = [
  'shared/accounts/registry.ts',
  'shared/configuration/active-configuration.ts',
  'shared/configuration/validate.ts',
  'shared/reconcile/apply-plan.ts',
  'shared/reconcile/check-account.ts',
  'shared/reconcile/plan-all.ts',
  'shared/runs/activate.ts',
  'shared/runs/approval/decide-approval.ts',
  'shared/runs/sweep.ts',
  'shared/store/memory.ts',
];

const valuesFrom = (files: readonly string[]) =>
  files.flatMap((file) =>
    importsOf(file)
      .filter(({ values }) => values.length > 0)
      .map(({ from, values }) => ({ file, from, values })),
  );

test('imports only types from other folders into the oracle', () => {
  const foreign = valuesFrom(codeIn(folder)).filter(({ from }) => !from.startsWith(`${folder}/`));

  expect(codeIn(folder).length).toBeGreaterThan(10);
  expect(foreign).toEqual([]);
});

test('calls no production code except the code under test when the oracle computes expected access', () => {
  const files = codeIn('tests/simulation').filter((file) => !/\/(secrets\/|planted)/.test(file));
  const used = valuesFrom(files).filter(({ from }) => from.startsWith('shared/'));

  expect([...new Set(used.map(({ from }) => from))].sort()).toEqual(played);
});

test('has an oracle reader for each grant kind', () => {
  expect(Object.keys(readers).sort()).toEqual(grantKinds.map(({ name }) => name).sort());
});

test('has no import cycle in the simulation, including type imports', () => {
  const files = codeIn(folder);
  const reached = (from: string, seen = new Set<string>()): ReadonlySet<string> => {
    for (const { from: next } of importsOf(from).filter((each) => files.includes(each.from)))
      if (!seen.has(next)) reached(next, seen.add(next));
    return seen;
  };

  expect(files.filter((file) => reached(file).has(file))).toEqual([]);
});
