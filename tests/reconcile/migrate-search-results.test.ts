import { expect, test } from '@jest/globals';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { carriedOver } from '../../shared/reconcile/migrate-search-results.ts';
import type { SearchResult } from '../../shared/store/ports.ts';
import { having, home, images, repositoryKey } from '../fixtures/discovered-resources.ts';
import { shared } from '../fixtures/small-configuration.ts';

const search = (name: string): string => `ecr-repository-policy/${shared}/${home}/name:${name}`;

const item = (name: string, changes: Partial<SearchResult> = {}): SearchResult => ({
  search: search(name),
  matching: [],
  former: [],
  lookedAt: '2026-03-02T09:00:00.000Z',
  generation: 3,
  ...changes,
});

const carried = (before: Configuration | undefined, next: Configuration, known: readonly SearchResult[]) =>
  carriedOver({
    previous: before && {
      hash: 'h',
      resources: [],
      document: before,
      ous: {},
      activatedAt: '',
      activatedBy: '',
    },
    configuration: next,
    known,
  });

test('a pattern that stays keeps what it has found, untouched', () => {
  const known = [item('base/*', { matching: [repositoryKey('base/node')] })];

  expect(carried(having(images('["base/*"]')), having(images('["base/*", tool]')), known)).toEqual(known);
});

test('a pattern that nobody has looked for begins with what its grant had, as far as it fits', () => {
  const next = carried(having(images('[base/node, other]')), having(images('["base/*"]')), []);

  expect(next).toEqual([
    { search: search('base/*'), matching: [repositoryKey('base/node')], former: [], generation: 1 },
  ]);
});

test('also with what another pattern of the grant had found', () => {
  const known = [item('base/*', { matching: [repositoryKey('base/node'), repositoryKey('base/rust')] })];

  const next = carried(having(images('["base/*"]')), having(images('["*/rust"]')), known);

  expect(next).toEqual([
    { search: search('*/rust'), matching: [repositoryKey('base/rust')], former: [], generation: 1 },
    {
      search: search('base/*'),
      matching: [],
      former: [repositoryKey('base/node'), repositoryKey('base/rust')],
      generation: 4,
    },
  ]);
});

test('but not with what a grant of another name had', () => {
  const before = having(images('[base/node]').replace('name: images', 'name: others'));

  expect(carried(before, having(images('["base/*"]')), [])).toEqual([]);
});

test('nothing is known where there was no configuration before, or one of another format', () => {
  const odd = { ...having(images('[base/node]')), version: 0 } as unknown as Configuration;

  expect(carried(undefined, having(images('["base/*"]')), [])).toEqual([]);
  expect(carried(odd, having(images('["base/*"]')), [])).toEqual([]);
});
