import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { filesIn, importsOf, sourceOf, staticImportsOf } from './fixtures/source/imports.ts';
import { layerOf, layers } from './fixtures/source/layers.ts';

const code = ['shared', 'functions', 'cli', 'simulator', 'tests', 'bench', 'scripts', 'examples'];

test('allows each layer to import only the layers below it', () => {
  const order = Object.keys(layers);
  const upwards = Object.entries(layers).flatMap(([layer, below]) =>
    below.filter((each) => order.indexOf(each) >= order.indexOf(layer)).map((each) => `${layer}: ${each}`),
  );
  expect(upwards).toEqual([]);
});

describe.each(Object.keys(layers))('shared/%s', (layer) => {
  test('imports only files of its own layer and of the layers that it may use', () => {
    const files = filesIn('shared').filter((file) => layerOf(file) === layer);
    expect(files.length).toBeGreaterThan(0);
    const allowed = [layer, ...(layers[layer] ?? [])];
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter(({ from }) => from.startsWith('shared/') && !allowed.includes(layerOf(from)))
        .map(({ from }) => `${file}: ${from}`),
    );
    expect(wrong).toEqual([]);
  });
});

test('imports nothing from cli, functions or tests into shared/', () => {
  const wrong = filesIn('shared').flatMap((file) =>
    importsOf(file)
      .filter(({ from }) => /^(functions|cli|simulator|tests|bench|scripts)\//.test(from))
      .map(({ from }) => `${file}: ${from}`),
  );
  expect(wrong).toEqual([]);
});

test('has no import cycle, including type imports', () => {
  const files = code.flatMap(filesIn);
  const imported = new Map(files.map((file) => [file, staticImportsOf(file).map(({ from }) => from)]));
  // Files that import nothing which is left go first, again and again. What stays is on a cycle, or imports one.
  const left = new Set(files);
  for (let size = -1; size !== left.size; ) {
    size = left.size;
    for (const file of left)
      if (!(imported.get(file) ?? []).some((from) => left.has(from) && from !== file)) left.delete(file);
  }
  expect([...left]).toEqual([]);
});

test('lists the same layers and imports in ARCHITECTURE.md as in the code', () => {
  const rows = sourceOf('ARCHITECTURE.md').matchAll(/^\| `shared\/([a-z/-]+)\/` \|[^|]*\|([^|]*)\|$/gm);
  const listed = [...rows].map(([, layer = '', imports = '']) => [
    layer,
    [...imports.matchAll(/`([a-z/-]+)`/g)].map(([, name]) => name),
  ]);
  expect(Object.fromEntries(listed)).toEqual(layers);
});

describe.each(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/adding-a-grant-kind.md'])('%s', (page) => {
  const text = sourceOf(page);

  test('names only files and folders that exist in ARCHITECTURE.md', () => {
    const folders = [...code, 'docs', 'infrastructure', 'schema', 'statemachines'].join('|');
    const paths = [...text.matchAll(new RegExp(`\\b(?:${folders})/[\\w./-]*\\w`, 'g'))].map(([path]) => path);
    const links = [...text.matchAll(/\]\((?!https:)([\w./-]+)/g)].map(([, path = '']) =>
      join(dirname(page), path),
    );
    expect(paths.length).toBeGreaterThan(10);
    expect([...paths, ...links].filter((path) => !existsSync(path))).toEqual([]);
  });

  test('finds every name that ARCHITECTURE.md states in the file that it states', () => {
    const named = [...text.matchAll(/(?:`&?(\w+)` and )?`&?(\w+)` in `([\w.-]+\/[\w./-]+)`/g)];
    const missing = named.filter(([, first = '', second = '', file = '']) => {
      const words = new Set(sourceOf(file).match(/\w+/g));
      return [first, second].some((name) => name !== '' && !words.has(name));
    });
    expect(named.length).toBeGreaterThan(2);
    expect(missing.map(([sentence]) => sentence)).toEqual([]);
  });
});
