import { setImmediate as aTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { RegistryStore } from '../../../shared/store/ports.ts';
import type { MakeStore } from '../../fixtures/make-store.ts';
import { accountId, anAccount, at, later, register, tamper } from '../../fixtures/store-items.ts';

export function registryContract(makeStore: MakeStore): void {
  describe('registry', () => {
    let registry: RegistryStore;
    beforeEach(async () => {
      registry = (await makeStore()).registry;
    });

    test('returns the accounts of ids, each once, and none for an unknown id', async () => {
      await register(registry, anAccount({ id: accountId(1) }));
      await register(registry, anAccount({ id: accountId(2) }));

      const accounts = await registry.getAccounts([accountId(1), accountId(3), accountId(1)]);

      expect(accounts).toEqual([await registry.getAccount(accountId(1))]);
    });

    test('returns no account, revision 0 and not ready before the first import', async () => {
      expect(await registry.getAccount(accountId(0))).toBeUndefined();
      expect(await registry.listAccounts()).toEqual([]);
      expect((await registry.getHead()).revision).toBe(0);
      expect(await registry.getReadySince()).toBeUndefined();
    });

    test('returns an account as it was stored, with its revision and time', async () => {
      const stored = await registry.put(anAccount(), undefined, at);

      expect(stored).toStrictEqual({ ...anAccount(), revision: 1, updatedAt: at });
      expect(await registry.getAccount(accountId(0))).toStrictEqual(stored);
      expect((await registry.getHead()).revision).toBe(1);
    });

    test('returns the last name of a stored OU, and lists no account for it', async () => {
      const ou = { id: 'ou-abcd-11111111', name: 'Zahlungen „Süd“', parentId: 'r-abcd', askedAt: at };
      await registry.putOu({ ...ou, name: 'Payments' });
      await registry.putOu(ou);

      expect(await registry.getOu(ou.id)).toStrictEqual(ou);
      expect(await registry.getOu('ou-abcd-22222222')).toBeUndefined();
      await registry.putOu({ ...ou, deleted: true });
      expect(await registry.getOu(ou.id)).toStrictEqual({ ...ou, deleted: true });
      expect(await registry.listAccounts()).toEqual([]);
      expect((await registry.getHead()).revision).toBe(0);
    });

    test('stores unusual names, empty strings, empty lists and unusual tag keys exactly', async () => {
      const odd = anAccount({
        name: 'Zahlungen „Süd“ 支払い 🚀',
        parentIds: [],
        ouPath: '',
        tags: { 'cost center/#1.a': '', ключ: 'значение', value: 'x', pk: 'y' },
      });
      await registry.put(odd, undefined, at);

      expect(await registry.getAccount(odd.id)).toStrictEqual({ ...odd, revision: 1, updatedAt: at });
    });

    test('replaces an account as a whole, so that removed tags are gone', async () => {
      await registry.put(anAccount({ tags: { team: 'payments', stage: 'prod' } }), undefined, at);
      await registry.put(anAccount({ tags: { team: 'orders' }, state: 'SUSPENDED' }), 1, later);

      const stored = await registry.getAccount(accountId(0));
      expect(stored).toStrictEqual({
        ...anAccount({ tags: { team: 'orders' }, state: 'SUSPENDED' }),
        revision: 2,
        updatedAt: later,
      });
    });

    test('stores that an account waits for approval, and forgets it when it no longer waits', async () => {
      const position = { name: 'before', parentIds: ['r-abcd'], ouPath: '', tags: { team: '' } };
      const [never, moved] = [null, position].map((approvedAs) => ({ since: at, approvedAs }));
      for (const [index, approval] of [never, moved, undefined].entries()) {
        const account = anAccount(approval === undefined ? {} : { approval });
        await registry.put(account, index === 0 ? undefined : index, later);

        const stored = { ...account, revision: index + 1, updatedAt: later };
        expect(await registry.getAccount(account.id)).toStrictEqual(stored);
      }
    });

    test('refuses a write that expects no account when the account exists', async () => {
      await registry.put(anAccount(), undefined, at);

      expect(await registry.put(anAccount({ name: 'other' }), undefined, later)).toBeUndefined();
      expect((await registry.getAccount(accountId(0)))?.name).toBe('payments-production');
      expect((await registry.getHead()).revision).toBe(1);
    });

    test('refuses a write that expects an account when none exists', async () => {
      expect(await registry.put(anAccount(), 1, at)).toBeUndefined();
      expect(await registry.getAccount(accountId(0))).toBeUndefined();
      expect((await registry.getHead()).revision).toBe(0);
    });

    test('refuses a write that expects an older revision of the account', async () => {
      await registry.put(anAccount(), undefined, at);
      await registry.put(anAccount({ name: 'second' }), 1, at);

      expect(await registry.put(anAccount({ name: 'late' }), 1, later)).toBeUndefined();
      expect((await registry.getAccount(accountId(0)))?.name).toBe('second');
    });

    test('accepts one of two writes that expect the same revision', async () => {
      await registry.put(anAccount(), undefined, at);
      const results = await Promise.all([
        registry.put(anAccount({ name: 'first' }), 1, later),
        registry.put(anAccount({ name: 'second' }), 1, later),
      ]);

      const winners = results.filter((result) => result !== undefined);
      expect(winners).toHaveLength(1);
      expect(await registry.getAccount(accountId(0))).toEqual(winners[0]);
      expect((await registry.getHead()).revision).toBe(2);
    });

    test('numbers the changes of different accounts in one sequence', async () => {
      const first = await register(registry, anAccount());
      const second = await register(registry, anAccount({ id: accountId(1) }));
      const third = await register(registry, anAccount({ name: 'renamed' }));

      expect([first.revision, second.revision, third.revision]).toEqual([1, 2, 3]);
    });

    test('gives 50 simultaneous changes unique revisions without gaps', async () => {
      const accounts = Array.from({ length: 50 }, (_, number) => anAccount({ id: accountId(number) }));
      const stored = await Promise.all(accounts.map((account) => register(registry, account)));

      const revisions = stored.map(({ revision }) => revision).sort((a, b) => a - b);
      expect(revisions).toEqual(Array.from({ length: 50 }, (_, number) => number + 1));
      expect((await registry.getHead()).revision).toBe(50);
      expect(await registry.listAccounts()).toEqual(stored);
    }, 120_000);

    test('lists every account that changed up to the revision that was read before', async () => {
      const accounts = Array.from({ length: 8 }, (_, number) => anAccount({ id: accountId(number) }));
      let working = true;
      const writers = Promise.all(accounts.map((account) => register(registry, account))).finally(() => {
        working = false;
      });
      while (working) {
        await aTurn();
        const revision = (await registry.getHead()).revision;
        const seen = new Set((await registry.listAccounts()).map((account) => account.revision));
        for (let number = 1; number <= revision; number += 1) expect(seen).toContain(number);
      }
      await writers;
    }, 120_000);

    test('lists more accounts than one page holds, ordered by id, departed accounts included', async () => {
      const numbers = Array.from({ length: 120 }, (_, number) => (number * 37) % 120);
      for (const number of numbers) await register(registry, largeAccount(number));

      const listed = await registry.listAccounts();
      expect(listed.map(({ id }) => id)).toEqual(numbers.toSorted((a, b) => a - b).map(accountId));
      expect(JSON.stringify(listed).length).toBeGreaterThan(1_100_000);
      expect(listed[5]).toMatchObject(largeAccount(5));
    }, 120_000);

    test('keeps the first time at which the registry became ready', async () => {
      await registry.markReady(at);
      await registry.markReady(later);

      expect(await registry.getReadySince()).toBe(at);
      expect(await registry.getHead()).toStrictEqual({ revision: 0, readySince: at });
      await registry.put(anAccount(), undefined, at);
      expect(await registry.getHead()).toStrictEqual({ revision: 1, readySince: at, changedAt: at });
      expect(await registry.listAccounts()).toHaveLength(1);
    });

    test('stores a turn only when the last turn is the expected one', async () => {
      const first = Date.parse(at);

      expect(await registry.getLastTurn()).toBeUndefined();
      expect(await registry.putLastTurn(first, undefined)).toBe(true);
      expect(await registry.putLastTurn(first + 1, undefined)).toBe(false);
      expect(await registry.putLastTurn(first + 200, first)).toBe(true);
      expect(await registry.putLastTurn(first + 400, first)).toBe(false);
      expect(await registry.getLastTurn()).toBe(first + 200);
      expect(await registry.getHead()).toStrictEqual({ revision: 0 });
    });

    test('keeps the stored account when the caller changes its own copy', async () => {
      const tags: Record<string, string> = { team: 'payments' };
      const stored = await registry.put(anAccount({ tags }), undefined, at);
      tags.team = 'changed';
      tamper(() => Object.assign(stored ?? {}, { name: 'changed' }));
      const read = await registry.getAccount(accountId(0));
      tamper(() => Object.assign(read?.tags ?? {}, { team: 'changed' }));
      const [listed] = await registry.listAccounts();
      tamper(() => Object.assign(listed?.parentIds ?? [], ['changed']));

      expect(await registry.getAccount(accountId(0))).toStrictEqual({
        ...anAccount(),
        revision: 1,
        updatedAt: at,
      });
    });
  });
}

const largeAccount = (number: number) =>
  anAccount({
    id: accountId(number),
    state: number % 2 === 0 ? 'DEPARTED' : 'ACTIVE',
    tags: { notes: `${number} ${'x'.repeat(10_000)}` },
  });
