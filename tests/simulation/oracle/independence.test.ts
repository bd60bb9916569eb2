import { expect, test } from '@jest/globals';
import { grantKinds } from '../../../shared/grants/kinds.ts';
import { readers } from '../../../simulation/oracle/kinds/index.ts';
import { filesIn, importsOf } from '../../imports.ts';

const folder = 'simulation/oracle';

/** What the other files of the simulation run of the system under test: they play it, and judge by the oracle. */
const played: readonly string[] = [
  'shared/configuration/validate.ts',
  'shared/organization/registry.ts',
  'shared/run/activate.ts',
  'shared/run/apply-plan.ts',
  'shared/run/decide-approval.ts',
  'shared/run/plan-all.ts',
  'shared/run/sweep.ts',
  'shared/services.ts',
  'shared/store/memory.ts',
];

const valuesFrom = (files: readonly string[]) =>
  files.flatMap((file) =>
    importsOf(file)
      .filter(({ values }) => values.length > 0)
      .map(({ from, values }) => ({ file, from, values })),
  );

test('imports only types when the oracle needs something of another folder', () => {
  const foreign = valuesFrom(filesIn(folder)).filter(({ from }) => !from.startsWith(`${folder}/`));

  expect(filesIn(folder).length).toBeGreaterThan(10);
  expect(foreign).toEqual([]);
});

test('runs nothing of production but what is played when fates of accounts are judged', () => {
  const files = filesIn('simulation').filter((file) => !file.includes('/rotation-'));
  const used = valuesFrom(files).filter(({ from }) => from.startsWith('shared/'));

  expect([...new Set(used.map(({ from }) => from))].sort()).toEqual(played);
});

test('has a reader for each grant kind', () => {
  expect(Object.keys(readers).sort()).toEqual(grantKinds.map(({ name }) => name).sort());
});

test('has no cycle of imports, not even of types', () => {
  const files = filesIn(folder);
  const reached = (from: string, seen = new Set<string>()): ReadonlySet<string> => {
    for (const { from: next } of importsOf(from).filter((each) => files.includes(each.from)))
      if (!seen.has(next)) reached(next, seen.add(next));
    return seen;
  };

  expect(files.filter((file) => reached(file).has(file))).toEqual([]);
});
