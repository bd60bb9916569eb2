import { beforeEach, describe, expect, test } from '@jest/globals';
import type { SearchResult, SearchResultStore } from '../../../shared/store/ports.ts';
import type { MakeStore } from '../../fixtures/make-store.ts';
import { at, tamper } from '../../fixtures/store-items.ts';

export function foundContract(makeStore: MakeStore): void {
  describe('what searches have found', () => {
    let searchResults: SearchResultStore;
    beforeEach(async () => {
      searchResults = (await makeStore()).searchResults;
    });

    test('returns no search result before a search was stored', async () => {
      expect(await searchResults.list()).toEqual([]);
    });

    test('returns search results as they were stored, ordered by search', async () => {
      const failed = {
        search: 'a-kind/111122223333/eu-west-1/tags:Größe=1',
        matching: [],
        error: { name: 'AccessDeniedError', message: 'no', retryable: false, fields: { role: 'spoke' } },
        generation: 1,
      };
      await searchResults.put(item(), undefined);
      await searchResults.put(failed, undefined);

      expect(await searchResults.list()).toStrictEqual([failed, item()]);
    });

    test('replaces the whole search result when the caller has read it', async () => {
      await searchResults.put(item(), undefined);
      const { completed: _, ...later } = item({ matching: [], generation: 2 });

      expect(await searchResults.put(later, 1)).toBe(true);
      expect(await searchResults.list()).toStrictEqual([later]);
    });

    test('keeps the search result when the caller has read an older one or none', async () => {
      await searchResults.put(item(), undefined);
      await searchResults.put(item({ generation: 2 }), 1);

      expect(await searchResults.put(item({ matching: [], generation: 2 }), 1)).toBe(false);
      expect(await searchResults.put(item({ matching: [], generation: 1 }), undefined)).toBe(false);
      expect(await searchResults.list()).toStrictEqual([item({ generation: 2 })]);
    });

    test('refuses a search result when the replaced item is missing', async () => {
      expect(await searchResults.put(item({ generation: 2 }), 1)).toBe(false);
      expect(await searchResults.list()).toEqual([]);
    });

    test('stores a long search with as many resources as the limit allows', async () => {
      const name = 'x'.repeat(500);
      const matching = Array.from({ length: 2_000 }, (_, n) => `${key}/${n}/${name}`);
      const long = item({ search: `a-kind/…/tags:${'Team=core,'.repeat(500)}`, matching });
      await searchResults.put(long, undefined);

      expect(await searchResults.list()).toStrictEqual([long]);
    });

    test('keeps the stored search result when the caller changes its copy', async () => {
      const matching = [key];
      await searchResults.put(item({ matching }), undefined);
      matching.push('changed');
      const [read] = await searchResults.list();
      tamper(() => Object.assign(read?.matching ?? [], ['changed']));

      expect((await searchResults.list())[0]?.matching).toEqual([key]);
    });
  });
}

const key = 'ecr-repository-policy/111122223333/eu-west-1/base/node';

const item = (changes: Partial<SearchResult> = {}): SearchResult => ({
  search: 'ecr-repository-policy/111122223333/eu-west-1/name:base/*',
  matching: [key],
  completed: { at, activationId: 'an activation' },
  generation: 1,
  ...changes,
});
