import { describe, expect, test } from '@jest/globals';
import {
  isRevocable,
  listNewSearches,
  resolveSearches,
  type SearchScope,
} from '../../shared/configuration/search-results.ts';
import type { SearchResult } from '../../shared/store/ports.ts';
import { abroad, having, home, images, repositoryKey } from '../fixtures/discovered-resources.ts';
import { bucket, security, shared } from '../fixtures/small-configuration.ts';

const configuration = having(images('["base/*", tool]'));
const search = `ecr-repository-policy/${shared}/${home}/name:base/*`;

const scope = (changes: Partial<SearchScope> = {}): SearchScope => ({
  configuration,
  activationId: 'now',
  newSearches: [],
  ...changes,
});

const item = (activationId?: string): SearchResult => ({
  search,
  matching: [repositoryKey('base/node')],
  ...(activationId === undefined ? {} : { completed: { at: '2026-03-02T09:00:00.000Z', activationId } }),
  generation: 1,
});

const matchesOf = (changes: Partial<SearchScope>, ...items: readonly SearchResult[]) =>
  resolveSearches(scope(changes), items).matches.get(search);

describe('matches of a search', () => {
  test('keeps the matches of a search that has not completed since the activation', () => {
    expect(matchesOf({}, item('before'))).toEqual([repositoryKey('base/node')]);
    expect(matchesOf({}, item())).toEqual([repositoryKey('base/node')]);
  });

  test('ignores the matches of a new search until the search has completed since the activation', () => {
    expect(matchesOf({ newSearches: [search] }, item('before'))).toBeUndefined();
    expect(matchesOf({ newSearches: [search] }, item('now'))).toEqual([repositoryKey('base/node')]);
  });
});

describe('searches that are new', () => {
  const named = having(images('[tool]'));
  const listed = (previous: SearchScope | undefined, ...items: readonly SearchResult[]) =>
    listNewSearches(configuration, previous, items);

  test('lists a search as new when the previous activation does not have it', () => {
    expect(listed(undefined, item('now'))).toEqual([search]);
    expect(listed(scope({ configuration: named }), item('now'))).toEqual([search]);
  });

  test('lists a search as new when the previous activation had it as new and it has not completed', () => {
    expect(listed(scope({ newSearches: [search] }), item('before'))).toEqual([search]);
    expect(listed(scope({ newSearches: [search] }))).toEqual([search]);
  });

  test('does not list a search as new when it has completed under the previous activation', () => {
    expect(listed(scope({ newSearches: [search] }), item('now'))).toEqual([]);
    expect(listed(scope(), item('before'))).toEqual([]);
  });
});

describe('a resource that no grant is for', () => {
  const isRevocableWith = (items: readonly SearchResult[], key: string): boolean =>
    isRevocable({ configuration, ...resolveSearches(scope(), items) }, key);
  const old = repositoryKey('old');

  test('revokes a resource without a grant when every search of its kind, account and region has completed', () => {
    expect(isRevocableWith([item('now')], old)).toBe(true);
  });

  test('keeps a resource without a grant when a search of its region has not completed since the activation', () => {
    for (const items of [[], [item()], [item('before')]]) expect(isRevocableWith(items, old)).toBe(false);
  });

  test('revokes a resource without a grant when only searches of other regions have not completed', () => {
    const others = [
      old.replace('ecr-repository-policy', 'secret-resource-policy'),
      repositoryKey('old', abroad),
      bucket,
      `assume-role-permission/${security}/us-east-1/group/Old`,
    ];

    for (const key of others) expect(isRevocableWith([], key)).toBe(true);
  });

  test('keeps a resource without a grant when its account is no longer central', () => {
    expect(isRevocableWith([item('now')], old.replace(shared, '999988887777'))).toBe(false);
  });
});
