import { describe, expect, test } from '@jest/globals';
import { getActiveConfiguration, getSearchScope } from '../../shared/configuration/active-configuration.ts';
import { discoverResources, formatSearchProblems } from '../../shared/reconcile/discover-resources.ts';
import { activateConfiguration } from '../../shared/runs/activate.ts';
import type { SearchResult, SearchResultStore, Store } from '../../shared/store/ports.ts';
import { StoredItemError } from '../../shared/store/stored-item-error.ts';
import { addRepository, having, home, images, repositoryKey } from '../fixtures/discovered-resources.ts';
import { shared } from '../fixtures/small-configuration.ts';
import { createEnv, type TestEnv } from '../fixtures/test-env.ts';

const configuration = having(images('["base/*"]'));
const search = `ecr-repository-policy/${shared}/${home}/name:base/*`;

const discover = async (
  { services, store }: TestEnv,
  where: 'everywhere' | 'new' = 'everywhere',
  keep = true,
) => discoverResources(services, { runId: 'look', scope: await getSearchScope(store), where, keep });

const stored = async ({ store }: TestEnv): Promise<SearchResult | undefined> =>
  (await store.searchResults.list()).find((item) => item.search === search);

test('stores the matches of a search with their time', async () => {
  const env = await createEnv({ configuration });
  addRepository(env, 'base/node');

  const { items, failed, warnings } = await discover(env);

  expect({ failed, warnings }).toEqual({ failed: [], warnings: [] });
  expect(items).toEqual([
    {
      search,
      matching: [repositoryKey('base/node')],
      completed: {
        at: expect.stringMatching(/^\d{4}-/),
        activationId: expect.stringMatching(/^[0-9a-f]{64}@\d{4}-/),
      },
      generation: 1,
    },
  ]);
  expect(await stored(env)).toEqual(items[0]);
});

test('stores nothing when the caller asks for a search without storing', async () => {
  const env = await createEnv({ configuration });
  addRepository(env, 'base/node');

  const { items } = await discover(env, 'everywhere', false);

  expect(items[0]?.matching).toEqual([repositoryKey('base/node')]);
  expect(await stored(env)).toBeUndefined();
});

test('keeps the last matches when a search fails, and reports the reason', async () => {
  const env = await createEnv({ configuration });
  addRepository(env, 'base/node');
  await discover(env);
  env.organization.disableRegion(shared, home);

  const looked = await discover(env);

  expect(formatSearchProblems(looked)).toEqual([expect.stringContaining('RegionNotEnabledError')]);
  expect(await stored(env)).toMatchObject({
    matching: [repositoryKey('base/node')],
    completed: { activationId: expect.any(String) },
    error: { name: 'RegionNotEnabledError' },
    generation: 2,
  });
});

test('searches in each run until one search has succeeded', async () => {
  const env = await createEnv({ configuration });
  env.organization.disableRegion(shared, home);
  await discover(env, 'new');
  env.organization.enableRegion(shared, home);
  addRepository(env, 'base/node');

  await discover(env, 'new');
  env.organization.resetCalls();
  await discover(env, 'new');

  expect((await stored(env))?.matching).toEqual([repositoryKey('base/node')]);
  expect(env.organization.calls).toEqual([]);
});

test('searches again when another configuration became active, and keeps the last matches until then', async () => {
  const env = await createEnv({ configuration });
  addRepository(env, 'base/node');
  await discover(env, 'new');
  const next = having(images('["base/*", tool]'));
  await activateConfiguration(env.services, next, 'the test');
  const between = await getActiveConfiguration(env.store);
  env.organization.resetCalls();

  await discover(env, 'new');

  expect(between.matches.get(search)).toEqual([repositoryKey('base/node')]);
  expect(between.openSearches.map(({ key }) => key)).toEqual([search]);
  expect(env.organization.calls.map(({ operation }) => operation)).toContain('DescribeRepositories');
  expect((await getActiveConfiguration(env.store)).openSearches).toEqual([]);
});

test('ignores old matches of a pattern that left the configuration and came back, until a new search succeeds', async () => {
  const env = await createEnv({ configuration });
  addRepository(env, 'base/node');
  await discover(env);
  for (const next of [having(images('[tool]')), configuration, having(images('["base/*", tool]'))]) {
    env.clock.advance(1_000);
    await activateConfiguration(env.services, next, 'the test');
  }
  const before = await getActiveConfiguration(env.store);

  await discover(env, 'new');

  expect(before.matches.get(search)).toBeUndefined();
  const after = await getActiveConfiguration(env.store);
  expect(after.matches.get(search)).toEqual([repositoryKey('base/node')]);
});

describe('two looks at the same time', () => {
  /** Another run looks, finds more, and stores it while this one waits for its answer. */
  const overtaken = (times: number) => (store: Store) => {
    let left = times;
    const put: SearchResultStore['put'] = async (result, expected) => {
      if (left > 0) {
        left -= 1;
        await store.searchResults.put(newer(expected), expected);
      }
      return store.searchResults.put(result, expected);
    };
    return { searchResults: { ...store.searchResults, put } };
  };
  const newer = (expected: number | undefined): SearchResult => ({
    search,
    matching: [repositoryKey('base/newest')],
    completed: { at: '2026-03-02T09:00:00.000Z', activationId: 'another' },
    generation: (expected ?? 0) + 1,
  });

  test('searches again and keeps the newer result when another run stored one meanwhile', async () => {
    const env = await createEnv({ configuration, around: overtaken(1) });
    addRepository(env, 'base/node');

    const { failed } = await discover(env);

    expect(failed).toEqual([]);
    const looks = env.organization.calls.filter(({ operation }) => operation === 'DescribeRepositories');
    expect(looks).toHaveLength(2);
    expect(await stored(env)).toMatchObject({ matching: [repositoryKey('base/node')], generation: 2 });
  });

  test('uses the stored result and reports it when other runs keep storing newer results', async () => {
    const env = await createEnv({ configuration, around: overtaken(100) });

    const looked = await discover(env);

    expect(formatSearchProblems(looked)).toEqual([expect.stringContaining('ConcurrentUpdateError')]);
    expect((await stored(env))?.matching).toEqual([repositoryKey('base/newest')]);
  });
});

describe('an item that cannot be understood', () => {
  const error = new StoredItemError('onboarding', { pk: 'FOUND', sk: 'SEARCH#0' }, [
    { path: 'completed.at', message: 'expected a time' },
  ]);
  const { name, message, retryable, fields } = error;

  /** The table's item of a search lacks its time until a search replaces it. */
  const unreadableSearch =
    (odd: string) =>
    ({ searchResults, configuration: stored }: Store): Partial<Store> => {
      let spoilt = true;
      const read = ({ completed, ...item }: SearchResult): SearchResult =>
        spoilt && item.search === odd
          ? { ...item, unreadable: { name, message, retryable, fields } }
          : { ...item, ...(completed === undefined ? {} : { completed }) };
      return {
        searchResults: {
          list: async () => (await searchResults.list()).map(read),
          put: async (item, expected) => {
            const held = await searchResults.put(item, expected);
            if (held && item.search === odd && expected !== undefined) spoilt = false;
            return held;
          },
        },
        configuration: {
          ...stored,
          getActiveWithSearchResults: async () => {
            const seen = await stored.getActiveWithSearchResults();
            return { ...seen, searchResults: seen.searchResults.map(read) };
          },
        },
      };
    };

  test('replaces an unreadable search result when a search succeeds, and reports it', async () => {
    const env = await createEnv({ configuration, around: unreadableSearch(search) });
    addRepository(env, 'base/node');
    const item = { search, matching: [repositoryKey('base/old')], generation: 4 };
    await env.store.searchResults.put({ ...item, generation: 1 }, undefined);

    const { items, unreadable, warnings } = await discover(env, 'new');

    expect(unreadable).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(/SEARCH#0 of table.*completed.*replaced the item/s)]);
    expect(items).toEqual([await stored(env)]);
    expect(await stored(env)).toMatchObject({
      matching: [repositoryKey('base/node')],
      completed: { at: expect.any(String) },
    });
    expect((await discover(env)).warnings).toEqual([]);
  });

  test('reports an unreadable search result as unresolved when its search fails, and revokes nothing', async () => {
    const env = await createEnv({ configuration, around: unreadableSearch(search) });
    await env.store.searchResults.put(
      { search, matching: [repositoryKey('base/node')], generation: 1 },
      undefined,
    );
    env.organization.disableRegion(shared, home);

    const looked = await discover(env, 'new', false);

    expect(formatSearchProblems(looked)).toEqual([
      expect.stringMatching(/^StoredItemError: .*SEARCH#0/),
      expect.stringContaining('RegionNotEnabledError'),
    ]);
    expect(looked.items).toMatchObject([{ matching: [repositoryKey('base/node')] }]);
  });

  test('keeps an unreadable search result and reports it as unresolved when no grant has its pattern', async () => {
    const env = await createEnv({ configuration, around: unreadableSearch('another') });
    const item = { search: 'another', matching: [repositoryKey('base/old')], generation: 1 };
    await env.store.searchResults.put(item, undefined);

    const looked = await discover(env);

    expect(formatSearchProblems(looked)).toEqual([expect.stringMatching(/^StoredItemError: /)]);
    expect(await env.store.searchResults.list()).toContainEqual({ ...item, unreadable: expect.anything() });
  });
});
