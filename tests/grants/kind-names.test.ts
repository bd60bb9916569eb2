import { expect, it } from '@jest/globals';
import { examples } from '../../bench/capacity-examples.ts';
import { grantKinds } from '../../shared/grants/kinds.ts';
import { filesIn, sourceOf } from '../fixtures/source/imports.ts';

const names = grantKinds.map(({ name }) => name);
const ownFiles = names.map((name) => `shared/grants/${name}.ts`);
const literal = new RegExp(`['"\`](${names.join('|')})['"\`/]`, 'g');

const code = ['shared', 'functions', 'cli', 'simulator']
  .flatMap(filesIn)
  .filter((file) => !ownFiles.includes(file))
  // `init` writes the text of a configuration, as its author would. A new kind works without it.
  .filter((file) => !file.startsWith('cli/init/'));

it("names each grant kind's file after the kind", () => {
  const unnamed = ownFiles.filter((file, index) => !sourceOf(file).includes(`name: '${names[index]}'`));
  expect(unnamed).toEqual([]);
});

it('has no code outside of a kind that branches on the name of the kind', () => {
  expect(code.length).toBeGreaterThan(200);
  const switches = code.flatMap((file) =>
    [...sourceOf(file).matchAll(literal)].map(([, name]) => `${file}: ${name}`),
  );
  expect(switches).toEqual([]);
});

it('has no bench, script or init code that compares names of kinds', () => {
  const comparison = new RegExp(`(case|[=!]==) ${literal.source}`, 'g');
  const comparisons = ['bench', 'scripts', 'cli/init']
    .flatMap(filesIn)
    .flatMap((file) => [...sourceOf(file).matchAll(comparison)].map(([text]) => `${file}: ${text}`));
  expect(comparisons).toEqual([]);
});

it('has an example of each grant kind for the measurement of capacity', () => {
  expect([...new Set(examples.map(({ kind }) => kind))].sort()).toEqual(names.toSorted());
});
