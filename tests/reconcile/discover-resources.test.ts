import { describe, expect, test } from '@jest/globals';
import {
  discoverResources,
  formatSearchProblems,
  writtenAmong,
} from '../../shared/reconcile/discover-resources.ts';
import type { SearchResult, SearchResultStore, Store } from '../../shared/store/ports.ts';
import { StoredItemError } from '../../shared/store/stored-item-error.ts';
import { addRepository, having, home, images, repositoryKey } from '../fixtures/discovered-resources.ts';
import { shared } from '../fixtures/small-configuration.ts';
import { createEnv, type TestEnv } from '../fixtures/test-env.ts';

const configuration = having(images('["base/*"]'));
const search = `ecr-repository-policy/${shared}/${home}/name:base/*`;

const look = ({ services }: TestEnv, where: 'everywhere' | 'new' = 'everywhere', keep = true) =>
  discoverResources(services, { runId: 'look', configuration, where, keep });

const stored = async ({ store }: TestEnv): Promise<SearchResult | undefined> =>
  (await store.searchResults.list()).find((item) => item.search === search);

test('what was found is kept, with when', async () => {
  const env = await createEnv({ configuration });
  addRepository(env, 'base/node');

  const { items, failed, warnings } = await look(env);

  expect({ failed, warnings }).toEqual({ failed: [], warnings: [] });
  expect(items).toEqual([
    {
      search,
      matching: [repositoryKey('base/node')],
      former: [],
      lookedAt: expect.stringMatching(/^\d{4}-/),
      generation: 1,
    },
  ]);
  expect(await stored(env)).toEqual(items[0]);
});

test('a look that is not to be kept writes nothing', async () => {
  const env = await createEnv({ configuration });
  addRepository(env, 'base/node');

  const { items } = await look(env, 'everywhere', false);

  expect(items[0]?.matching).toEqual([repositoryKey('base/node')]);
  expect(await stored(env)).toBeUndefined();
});

test('a look that fails keeps what was found, and says why', async () => {
  const env = await createEnv({ configuration });
  addRepository(env, 'base/node');
  await look(env);
  env.organization.disableRegion(shared, home);

  const looked = await look(env);

  expect(formatSearchProblems(looked)).toEqual([expect.stringContaining('RegionNotEnabledError')]);
  expect(await stored(env)).toMatchObject({
    matching: [repositoryKey('base/node')],
    lookedAt: expect.any(String),
    error: { name: 'RegionNotEnabledError' },
    generation: 2,
  });
});

test('where nobody has looked with success, every run looks', async () => {
  const env = await createEnv({ configuration });
  env.organization.disableRegion(shared, home);
  await look(env, 'new');
  env.organization.enableRegion(shared, home);
  addRepository(env, 'base/node');

  await look(env, 'new');
  env.organization.resetCalls();
  await look(env, 'new');

  expect((await stored(env))?.matching).toEqual([repositoryKey('base/node')]);
  expect(env.organization.calls).toEqual([]);
});

test('what matches no more is known for as long as something of ours is remembered there', async () => {
  const env = await createEnv({ configuration });
  const keys = ['base/node', 'base/python'].map((name) => repositoryKey(name));
  for (const name of ['base/node', 'base/python']) addRepository(env, name);
  await look(env);
  const remembered = (sids: readonly string[]) => ({ managed: { sids } });
  await env.store.resources.put(keys[0] ?? '', remembered(['AccountOnboardingflowsImagesPull']));
  await env.store.resources.put(keys[1] ?? '', remembered([]));
  env.organization.world.repositories.clear();

  await look(env);
  expect(await stored(env)).toMatchObject({ matching: [], former: [keys[0]] });

  await env.store.resources.put(keys[0] ?? '', { ...remembered([]), version: 1 });
  await look(env);
  expect(await stored(env)).toMatchObject({ matching: [], former: [] });
});

const ours = {
  managed: { sids: ['AccountOnboardingflowsImagesPull'] },
  writeInProgress: 'other-configuration',
} as const;

test('what another run begins to write while the look is stored is not forgotten', async () => {
  const key = repositoryKey('base/node');
  let writes = false;
  const env = await createEnv({
    configuration,
    around: (store) => ({
      searchResults: {
        ...store.searchResults,
        put: async (found, expected) => {
          if (writes) await store.resources.put(key, ours);
          return store.searchResults.put(found, expected);
        },
      },
    }),
  });
  addRepository(env, 'base/node');
  await look(env);
  env.organization.world.repositories.clear();
  writes = true;

  await look(env);

  expect(await stored(env)).toMatchObject({ matching: [], former: [key] });
});

describe('two looks at the same time', () => {
  /** Another run looks, finds more, and stores it while this one waits for its answer. */
  const overtaken = (times: number) => (store: Store) => {
    let left = times;
    const put: SearchResultStore['put'] = async (found, expected) => {
      if (left > 0) {
        left -= 1;
        await store.searchResults.put(newer(expected), expected);
      }
      return store.searchResults.put(found, expected);
    };
    return { searchResults: { ...store.searchResults, put } };
  };
  const newer = (expected: number | undefined): SearchResult => ({
    search,
    matching: [repositoryKey('base/newest')],
    former: [],
    lookedAt: '2026-03-02T09:00:00.000Z',
    generation: (expected ?? 0) + 1,
  });

  test('an older answer never replaces a newer one: it is asked again', async () => {
    const env = await createEnv({ configuration, around: overtaken(1) });
    addRepository(env, 'base/node');

    const { failed } = await look(env);

    expect(failed).toEqual([]);
    const looks = env.organization.calls.filter(({ operation }) => operation === 'DescribeRepositories');
    expect(looks).toHaveLength(2);
    expect(await stored(env)).toMatchObject({ matching: [repositoryKey('base/node')], generation: 3 });
  });

  test('whoever is overtaken again and again leaves it to the others, and says so', async () => {
    const env = await createEnv({ configuration, around: overtaken(100) });

    const looked = await look(env);

    expect(formatSearchProblems(looked)).toEqual([expect.stringContaining('ConcurrentUpdateError')]);
    expect((await stored(env))?.matching).toEqual([repositoryKey('base/newest')]);
  });
});

describe('an item that cannot be understood', () => {
  const error = new StoredItemError('onboarding', { pk: 'FOUND', sk: 'SEARCH#0' }, [
    { path: 'lookedAt', message: 'expected a time' },
  ]);
  const { name, message, retryable, fields } = error;

  /** The table's item of a search lacks its time until a search replaces it. */
  const unreadableSearch =
    (odd: string) =>
    ({ searchResults, configuration: stored }: Store): Partial<Store> => {
      let spoilt = true;
      const read = ({ lookedAt, ...item }: SearchResult): SearchResult =>
        spoilt && item.search === odd
          ? { ...item, unreadable: { name, message, retryable, fields } }
          : { ...item, ...(lookedAt === undefined ? {} : { lookedAt }) };
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

  test('is replaced and told of when a search succeeds', async () => {
    const env = await createEnv({ configuration, around: unreadableSearch(search) });
    addRepository(env, 'base/node');
    const item = { search, matching: [], former: [repositoryKey('base/old')], generation: 4 };
    await env.store.searchResults.put({ ...item, generation: 1 }, undefined);

    const { items, unreadable, warnings } = await look(env, 'new');

    expect(unreadable).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(/SEARCH#0 of table.*lookedAt.*replaced the item/s)]);
    expect(items).toEqual([await stored(env)]);
    expect(await stored(env)).toMatchObject({
      matching: [repositoryKey('base/node')],
      lookedAt: expect.any(String),
    });
    expect((await look(env)).warnings).toEqual([]);
  });

  test('is unresolved when its search fails, and nothing that it found is dropped', async () => {
    const env = await createEnv({ configuration, around: unreadableSearch(search) });
    await env.store.searchResults.put(
      { search, matching: [repositoryKey('base/node')], former: [], generation: 1 },
      undefined,
    );
    env.organization.disableRegion(shared, home);

    const looked = await look(env, 'new', false);

    expect(formatSearchProblems(looked)).toEqual([
      expect.stringMatching(/^StoredItemError: .*SEARCH#0/),
      expect.stringContaining('RegionNotEnabledError'),
    ]);
    expect(looked.items).toMatchObject([{ matching: [repositoryKey('base/node')] }]);
  });

  test('is unresolved and stays as it is when no grant has its pattern', async () => {
    const env = await createEnv({ configuration, around: unreadableSearch('another') });
    const item = { search: 'another', matching: [], former: [repositoryKey('base/old')], generation: 1 };
    await env.store.searchResults.put(item, undefined);

    const looked = await look(env);

    expect(formatSearchProblems(looked)).toEqual([expect.stringMatching(/^StoredItemError: /)]);
    expect(await env.store.searchResults.list()).toContainEqual({ ...item, unreadable: expect.anything() });
  });

  test('keeps a resource in sight when its own item is the one', async () => {
    const env = await createEnv({
      configuration,
      around: ({ resources }) => ({
        resources: {
          ...resources,
          get: async (resource) => {
            if (resource === repositoryKey('base/old')) throw error;
            return resources.get(resource);
          },
        },
      }),
    });
    const keys = ['base/new', 'base/old'].map((name) => repositoryKey(name));

    expect(await writtenAmong(env.store, keys)).toEqual([repositoryKey('base/old')]);
  });
});
