import { createHash } from 'node:crypto';
import { NumberValue } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Store } from '../../../shared/store/ports.ts';
import {
  aChange,
  accountId,
  aDelivery,
  anAccount,
  aRun,
  at,
  bucket,
  key,
  later,
} from '../../fixtures/store-items.ts';

type Item = Readonly<Record<string, unknown>>;

/** Gives a new, empty store, and the way to put an item of any kind beside what the store writes. */
export type MakeTable = () => Promise<{ readonly store: Store; put(item: Item): Promise<unknown> }>;

/** What every implementation of the store that parses items has to do about one that it cannot understand. */
export function unreadableItemsContract(makeTable: MakeTable): void {
  describe('an item that cannot be understood', () => {
    let store: Store;
    let put: (item: Item) => Promise<unknown>;
    beforeEach(async () => {
      ({ store, put } = await makeTable());
    });

    describe('of an account', () => {
      const { ouPath: _, ...half } = anAccount({ id: accountId(1) });
      const item = {
        pk: 'REGISTRY',
        sk: `ACCOUNT#${accountId(1)}`,
        ...half,
        approved: true,
        revision: 2,
        updatedAt: at,
      };
      const unreadable = (id: string, path: string) => ({
        id,
        state: 'UNREADABLE',
        unreadable: {
          name: 'StoredItemError',
          message: expect.stringMatching(
            new RegExp(
              `REGISTRY / ACCOUNT#${id} of table .*${path}: .*onboarding import.*keeps its access`,
              's',
            ),
          ),
        },
      });

      beforeEach(async () => {
        await store.registry.put(anAccount(), undefined, at);
      });

      test('returns an unreadable account with what to do about it, and all other accounts', async () => {
        await put(item);

        expect(await store.registry.listAccounts()).toMatchObject([
          anAccount(),
          unreadable(accountId(1), 'ouPath'),
        ]);
        expect(await store.registry.getAccount(accountId(1))).toMatchObject(
          unreadable(accountId(1), 'ouPath'),
        );
      });

      test.each([
        ['another id', { ...item, ouPath: '', id: accountId(2) }],
        ['no fields at all', { pk: item.pk, sk: item.sk }],
        [
          'a number that JavaScript cannot hold',
          { ...item, ouPath: '', tags: { size: NumberValue.from('1E+100') } },
        ],
      ])('identifies an unreadable account by its key when the item has %s', async (_name, odd) => {
        await put(odd);

        expect(await store.registry.listAccounts()).toMatchObject([
          anAccount(),
          { id: accountId(1), state: 'UNREADABLE' },
        ]);
      });

      test.each([
        ['its revision', item],
        ['a revision that is a word', { ...item, revision: 'x' }],
        ['no revision', { ...item, revision: undefined }],
        ['a revision that JavaScript cannot hold', { ...item, revision: NumberValue.from('1E+100') }],
        ['a revision of zero', { ...item, revision: 0 }],
        ['a broken revision', { ...item, revision: 1.5 }],
      ])('replaces an unreadable account when it has %s', async (_name, odd) => {
        await put(odd);
        const read = await store.registry.getAccount(accountId(1));

        const account = anAccount({ id: accountId(1) });
        const stored = await store.registry.put(account, read?.revision, later);

        expect(stored).toStrictEqual({ ...account, revision: 2, updatedAt: later });
        expect(await store.registry.listAccounts()).toMatchObject([anAccount(), account]);
      });

      test('keeps the replacement when another run has replaced an unreadable account first', async () => {
        await put({ ...item, revision: 'x' });
        const account = anAccount({ id: accountId(1) });
        await store.registry.put(account, 0, at);

        expect(await store.registry.put({ ...account, name: 'late' }, 0, later)).toBeUndefined();
        expect(await store.registry.put({ ...account, id: accountId(2) }, 0, later)).toBeUndefined();
      });

      test.each([
        ['keeps its revision', 2],
        ['has lost its revision', 'x'],
      ])(
        'accepts changes of other accounts when the unreadable account has the last change and %s',
        async (_name, revision) => {
          await store.registry.put(anAccount({ id: accountId(1) }), undefined, at);
          await put({ ...item, revision });

          expect(await store.registry.getHead()).toMatchObject({ revision: 2 });
          expect(await store.registry.put(anAccount({ name: 'renamed' }), 1, later)).toMatchObject({
            revision: 3,
          });
        },
      );

      test('replaces the last turn when its item is malformed', async () => {
        await put({ pk: 'REGISTRY', sk: 'TURN', turn: 'soon' });

        expect(await store.registry.getLastTurn()).toBe(0);
        expect(await store.registry.putLastTurn(Date.parse(at), 0)).toBe(true);
        expect(await store.registry.getLastTurn()).toBe(Date.parse(at));
      });

      test('says that the item must be removed when its key has no account id', async () => {
        await put({ ...item, sk: 'ACCOUNT#everybody' });

        const [, odd] = await store.registry.listAccounts();
        expect(odd?.unreadable?.message).toMatch(/ACCOUNT#everybody.*Remove the item/s);
      });
    });

    test('returns no OU when its item cannot be read', async () => {
      await put({ pk: 'REGISTRY', sk: 'OU#ou-abcd-11111111', id: 'ou-abcd-11111111', askedAt: 1 });

      expect(await store.registry.getOu('ou-abcd-11111111')).toBeUndefined();
    });

    describe('of a search', () => {
      const hash = (search: string) => createHash('sha256').update(search).digest('hex');
      const completed = { at, activationId: 'an activation' };
      const good = { search: 'good', matching: [bucket], completed, generation: 1 };
      const item = {
        pk: 'FOUND',
        sk: `SEARCH#${hash('odd')}`,
        search: 'odd',
        matching: JSON.stringify([key]),
        completed,
        generation: 3,
      };

      beforeEach(async () => {
        await store.searchResults.put(good, undefined);
      });

      test('treats an unreadable search result as missing, and returns all other results', async () => {
        await put({ ...item, completed: { ...completed, at: 'yesterday' } });

        const error = {
          name: 'StoredItemError',
          message: expect.stringMatching(/FOUND \/ SEARCH#.*completed\.at: /s),
        };
        const odd = { search: 'odd', matching: [key], generation: 3, unreadable: error };
        const all = await store.searchResults.list();
        expect(all).toMatchObject([good, odd]);
        expect(all[1]).not.toHaveProperty('completed');
        expect((await store.configuration.getActiveWithSearchResults()).searchResults).toMatchObject([
          good,
          odd,
        ]);
      });

      test.each([
        ['a generation', { ...item, matching: '{' }, 3],
        ['no generation', { ...item, generation: 'x' }, 0],
        ['no search', { ...item, search: 1 }, undefined],
        ['another search', { ...item, search: 'other' }, undefined],
      ])('replaces an unreadable search result when it has %s', async (_name, odd, expected) => {
        await put(odd);
        const next = { search: 'odd', matching: [], completed: { ...completed, at: later }, generation: 4 };

        expect(await store.searchResults.put(next, expected)).toBe(true);
        expect(await store.searchResults.list()).toStrictEqual([good, next]);
      });

      test('ignores the matches of an item that names another search than its key does', async () => {
        await put({ ...item, search: 'other' });

        const odd = (await store.searchResults.list()).find(({ unreadable }) => unreadable !== undefined);
        expect(odd).toMatchObject({ matching: [] });
      });
    });

    test('returns a failed change when its item cannot be read', async () => {
      await store.runs.put(aRun());
      await store.runs.putChangedAccounts('run-1', [accountId(0)]);
      await store.runs.putChange('run-1', aChange());
      await put({ pk: `RUN#run-1#${accountId(0)}`, sk: `CHANGE#${key}`, resource: key, before: '{' });

      const failed = { resource: key, error: { name: 'StoredItemError' } };
      expect((await store.runs.getWhole('run-1')).changes).toMatchObject([failed, aChange()]);
      expect(await store.runs.getChange('run-1', key)).toMatchObject(failed);
    });

    test.each([
      ['the record of a run', { pk: 'RUN#odd', sk: 'RUN', status: 'done' }],
      ['the index item of an open run', { pk: 'OPEN_RUNS', sk: 'RUN#odd', runId: 'odd', startedAt: 'x' }],
    ])('lists other open runs when an item cannot be read: %s', async (_name, item) => {
      await store.runs.put(aRun());
      await store.runs.put(aRun({ runId: 'odd' }));
      await put(item);

      expect(await store.runs.listUnfinished(later)).toMatchObject({
        items: [aRun()],
        unreadable: [{ name: 'StoredItemError', fields: { pk: item.pk, sk: item.sk } }],
      });
    });

    test("lists other announcements when a run's record cannot be read", async () => {
      const bus = { status: 'pending', at } as const;
      const ended = { status: 'failed', announcement: { title: 'Account Onboarding Failed', bus } } as const;
      for (const runId of ['odd', 'run-1']) await store.runs.put(aRun({ runId, ...ended }));
      await put({ pk: 'RUN#odd', sk: 'RUN', status: 'done' });

      expect(await store.runs.listUnannounced()).toMatchObject({
        items: [aRun(ended)],
        unreadable: [{ fields: { pk: 'RUN#odd' } }],
      });
    });

    test('lists other approval requests when one cannot be read', async () => {
      for (const runId of ['odd', 'run-1']) {
        await store.runs.put(aRun({ runId, status: 'waiting-for-approval' }));
        await store.approvals.put(aRequest(runId));
      }
      await put({ pk: 'RUN#odd', sk: 'APPROVAL', runId: 'odd' });

      expect(await store.approvals.listOpen()).toMatchObject({
        items: [aRequest('run-1')],
        unreadable: [{ fields: { pk: 'RUN#odd', sk: 'APPROVAL' } }],
      });
    });

    test.each([
      ['a delivery', { pk: 'OUTBOX#arn', sk: 'DELIVERY#odd', source: 'arn', id: 'odd', ownedUntil: 9e15 }],
      [
        'the index item of an open delivery',
        { pk: 'OPEN_OUTBOX', sk: 'DELIVERY#arn#odd', source: 'another' },
      ],
    ])('lists other open deliveries when an item cannot be read: %s', async (_name, item) => {
      const good = aDelivery({ source: 'arn', id: 'good' });
      const odd = aDelivery({ source: 'arn', id: 'odd' });
      await store.outbox.put(good, undefined);
      await store.outbox.put(odd, undefined);
      await put(item);

      expect(await store.outbox.listOpen()).toMatchObject({
        items: [good],
        unreadable: [{ name: 'StoredItemError', fields: { pk: item.pk, sk: item.sk } }],
      });
    });

    test('reads the ARN of a remembered secret from its key', async () => {
      await store.outbox.watch('a');
      await put({ pk: 'OUTBOX_SECRETS', sk: 'SECRET#b', arn: 7 });

      expect(await store.outbox.listWatched()).toEqual(['a', 'b']);
    });
  });
}

const aRequest = (runId: string) => ({
  runId,
  token: 'token',
  execution: 'execution',
  accounts: [],
  planHash: 'a',
  configurationHash: 'b',
  difference: '',
  requestedAt: at,
  until: later,
});
