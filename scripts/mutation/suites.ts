import { existsSync } from 'node:fs';
import { filesIn, importsOf, sourceOf } from '../../tests/imports.ts';

/**
 * Which test suites run for a mutant of a file, in groups: a group runs only if those before it have noticed nothing.
 */
export type SuiteGroups = readonly (readonly string[])[];

/** Suites that need a server, a package or a process of their own say little about a mutant and take long. */
const tooSlow = [
  'tests/integration/',
  'tests/deployment/',
  'tests/cli/',
  'tests/examples/',
  'tests/simulation/',
];

const isFlow = (suite: string): boolean => suite.startsWith('tests/flows/');

/** The suites that import a file directly; then all others that load it; then the flows, if they are wanted. */
export function suitesFor(file: string, { flows }: { readonly flows: boolean }): SuiteGroups {
  const reaching = allSuites()
    .map((suite) => ({ suite, distance: distanceTo(file, suite) }))
    .filter(({ distance }) => distance !== undefined)
    .toSorted((a, b) => (a.distance ?? 0) - (b.distance ?? 0) || (a.suite < b.suite ? -1 : 1));
  const near = reaching.filter(({ suite, distance = 0 }) => !isFlow(suite) && distance <= 1);
  const far = reaching.filter(({ suite, distance = 0 }) => !isFlow(suite) && distance > 1);
  const last = flows ? reaching.filter(({ suite }) => isFlow(suite)) : [];
  return [near, far, last].flatMap((group) => chunks(group.map(({ suite }) => suite)));
}

/** Jest starts anew for each group, and runs a group to its end: small groups stop soon, large ones start seldom. */
const suitesPerGroup = 6;

const chunks = (all: readonly string[]): SuiteGroups =>
  all.length === 0 ? [] : [all.slice(0, suitesPerGroup), ...chunks(all.slice(suitesPerGroup))];

let suites: readonly string[] | undefined;

function allSuites(): readonly string[] {
  suites ??= filesIn('tests').filter(
    (file) =>
      file.endsWith('.test.ts') &&
      !tooSlow.some((folder) => file.startsWith(folder)) &&
      !importsByComputedName(file),
  );
  return suites;
}

/** What such a suite loads cannot be read from its text. */
const importsByComputedName = (suite: string): boolean => /\bimport\(/.test(sourceOf(suite));

/** How many imports of production code lie between a suite and a file. A helper under `tests/` counts as the suite. */
function distanceTo(file: string, suite: string): number | undefined {
  return distances(suite).get(file);
}

const known = new Map<string, ReadonlyMap<string, number>>();

function distances(suite: string): ReadonlyMap<string, number> {
  const before = known.get(suite);
  if (before !== undefined) return before;
  const found = new Map([[suite, 0]]);
  const queue = [suite];
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const distance = found.get(file) ?? 0;
    for (const imported of importedFiles(file)) {
      const next = imported.startsWith('tests/') ? distance : distance + 1;
      if (next >= (found.get(imported) ?? Number.POSITIVE_INFINITY)) continue;
      found.set(imported, next);
      queue.push(imported);
    }
  }
  known.set(suite, found);
  return found;
}

const imports = new Map<string, readonly string[]>();

function importedFiles(file: string): readonly string[] {
  const before = imports.get(file);
  if (before !== undefined) return before;
  const all = importsOf(file)
    .filter(({ from, values }) => values.length > 0 && from.endsWith('.ts') && existsSync(from))
    .map(({ from }) => from);
  imports.set(file, all);
  return all;
}
