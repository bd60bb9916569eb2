import { existsSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { filesIn, importsOf, sourceOf, staticImportsOf } from './fixtures/source/imports.ts';
import { roomOf, rooms } from './fixtures/source/rooms.ts';

const code = ['shared', 'functions', 'cli', 'simulator', 'tests', 'bench', 'scripts', 'examples'];

test('names only rooms below when a room says what it may import', () => {
  const order = Object.keys(rooms);
  const upwards = Object.entries(rooms).flatMap(([room, below]) =>
    below.filter((each) => order.indexOf(each) >= order.indexOf(room)).map((each) => `${room}: ${each}`),
  );
  expect(upwards).toEqual([]);
});

describe.each(Object.keys(rooms))('shared/%s', (room) => {
  test('imports only its own room and those that it may, types included', () => {
    const files = filesIn('shared').filter((file) => roomOf(file) === room);
    expect(files.length).toBeGreaterThan(0);
    const allowed = [room, ...(rooms[room] ?? [])];
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter(({ from }) => from.startsWith('shared/') && !allowed.includes(roomOf(from)))
        .map(({ from }) => `${file}: ${from}`),
    );
    expect(wrong).toEqual([]);
  });
});

test('keeps shared/ apart when code above it is imported', () => {
  const wrong = filesIn('shared').flatMap((file) =>
    importsOf(file)
      .filter(({ from }) => /^(functions|cli|simulator|tests|bench|scripts)\//.test(from))
      .map(({ from }) => `${file}: ${from}`),
  );
  expect(wrong).toEqual([]);
});

test('has no cycle when all imports are followed, types included', () => {
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

test('says the same rooms and imports when ARCHITECTURE.md lists them', () => {
  const rows = sourceOf('ARCHITECTURE.md').matchAll(/^\| `shared\/([a-z/-]+)\/` \|[^|]*\|([^|]*)\|$/gm);
  const listed = [...rows].map(([, room = '', imports = '']) => [
    room,
    [...imports.matchAll(/`([a-z/-]+)`/g)].map(([, name]) => name),
  ]);
  expect(Object.fromEntries(listed)).toEqual(rooms);
});

describe.each(['ARCHITECTURE.md', 'CONTRIBUTING.md'])('%s', (page) => {
  const text = sourceOf(page);

  test('names only files and folders that exist', () => {
    const folders = [...code, 'docs', 'infrastructure', 'schema', 'statemachines'].join('|');
    const paths = [...text.matchAll(new RegExp(`\\b(?:${folders})/[\\w./-]*\\w`, 'g'))].map(([path]) => path);
    const links = [...text.matchAll(/\]\(([\w./-]+)\)/g)].map(([, path = '']) => path);
    expect(paths.length).toBeGreaterThan(10);
    expect([...paths, ...links].filter((path) => !existsSync(path))).toEqual([]);
  });

  test('names only what a file has when it says where something is', () => {
    const named = [...text.matchAll(/(?:`&?(\w+)` and )?`&?(\w+)` in `([\w./-]+)`/g)];
    const missing = named.filter(([, first = '', second = '', file = '']) => {
      const code = sourceOf(file);
      return !code.includes(first) || !code.includes(second);
    });
    expect(named.length).toBeGreaterThan(2);
    expect(missing.map(([sentence]) => sentence)).toEqual([]);
  });
});
