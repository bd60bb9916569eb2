import { beforeEach, describe, expect, test } from '@jest/globals';
import type {
  ConfigurationStore,
  SearchResultStore,
  StoredConfiguration,
} from '../../../shared/store/ports.ts';
import type { MakeStore } from '../../fixtures/make-store.ts';
import { at, later, tamper } from '../../fixtures/store-items.ts';

export function configurationContract(makeStore: MakeStore): void {
  describe('configuration', () => {
    let configuration: ConfigurationStore;
    let searchResults: SearchResultStore;
    beforeEach(async () => {
      ({ configuration, searchResults: searchResults } = await makeStore());
    });

    test('returns nothing before a configuration is activated', async () => {
      expect(await configuration.getActive()).toBeUndefined();
    });

    test('returns a configuration exactly as it was activated', async () => {
      await configuration.activate(first);

      expect(await configuration.getActive()).toStrictEqual(first);
    });

    test('returns search results ordered by search, even without a configuration', async () => {
      expect(await configuration.getActiveWithSearchResults()).toStrictEqual({
        active: undefined,
        searchResults: [],
      });
      for (const search of ['b', 'a', 'ä']) await searchResults.put({ ...item, search }, undefined);
      await configuration.activate({ ...first, newSearches: ['a'] });

      expect(await configuration.getActiveWithSearchResults()).toStrictEqual({
        active: { ...first, newSearches: ['a'] },
        searchResults: ['a', 'b', 'ä'].map((search) => ({ ...item, search })),
      });
    });

    test('replaces the whole configuration', async () => {
      const second = {
        hash: 'b'.repeat(64),
        newSearches: [],
        centralAccountIds: ['222222222222'],
        document: { grants: [] },
        ous: {},
        activatedAt: later,
        activatedBy: 'pipeline',
      };
      await configuration.activate(first);
      await configuration.activate(second);

      expect(await configuration.getActive()).toStrictEqual(second);
    });

    test('stores the OUs of paths, and replaces them only for the same activation', async () => {
      const ous = { 'Größe/*': { 'ou-abcd-11111111': 'Größe', 'ou-abcd-22222222': 'Größe/CI%2FCD' } };
      const more = { ...ous, Sandbox: { 'ou-abcd-33333333': 'Sandbox' } };
      expect(await configuration.putOus(ous, first)).toBe(false);
      await configuration.activate({ ...first, ous });

      expect(await configuration.getActive()).toStrictEqual({ ...first, ous });
      expect(await configuration.putOus(more, first)).toBe(true);
      expect(await configuration.getActive()).toStrictEqual({ ...first, ous: more });
      expect(await configuration.putOus(ous, { ...first, activatedAt: later })).toBe(false);
      expect(await configuration.putOus(ous, { ...first, hash: 'b'.repeat(64) })).toBe(false);
      expect((await configuration.getActive())?.ous).toStrictEqual(more);
    });

    test('stores a configuration that is larger than a DynamoDB item', async () => {
      const grants = Array.from({ length: 4_000 }, (_, number) => ({
        name: `grant-${number}`,
        bucket: `example-bucket-${number}`,
        accounts: { ou: `Workloads/Team ${number}`, except: ['111122223333'] },
      }));
      expect(JSON.stringify(grants).length).toBeGreaterThan(400 * 1024);
      await configuration.activate({ ...first, document: { grants } });

      expect(await configuration.getActive()).toStrictEqual({ ...first, document: { grants } });
    });

    test('keeps the stored configuration when the caller changes its own copy', async () => {
      const grants = [{ name: 'logs' }];
      await configuration.activate({ ...first, document: { grants } });
      grants.push({ name: 'changed' });
      const read = await configuration.getActive();
      tamper(() => Object.assign(read?.document ?? {}, { grants: [] }));

      expect((await configuration.getActive())?.document).toEqual({ grants: [{ name: 'logs' }] });
    });
  });
}

const item = { matching: ['a resource'], generation: 1 };

const first: StoredConfiguration = {
  hash: 'a'.repeat(64),
  newSearches: [],
  centralAccountIds: ['222222222222'],
  ous: {},
  document: {
    version: 1,
    central: { logs: '111122223333' },
    grants: [{ name: 'Größe', tags: {}, empty: '' }],
  },
  activatedAt: at,
  activatedBy: 'arn:aws:sts::111122223333:assumed-role/platform/jane',
};
