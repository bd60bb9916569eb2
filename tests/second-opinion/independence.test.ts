import { expect, it } from '@jest/globals';
import { importsOf, loadedBy } from '../fixtures/source/imports.ts';

it('imports only its own files and fast-check in the second opinion', () => {
  const files = [...loadedBy(['tests/second-opinion/judge.ts', 'tests/second-opinion/random/cases.ts'])];
  const imported = files.flatMap((file) => importsOf(file).map(({ from }) => from));

  expect(files.length).toBeGreaterThan(8);
  expect([...files, ...imported].filter((file) => !isOwn(file))).toEqual([]);
});

const isOwn = (file: string): boolean => file.startsWith('tests/second-opinion/') || file === 'fast-check';
