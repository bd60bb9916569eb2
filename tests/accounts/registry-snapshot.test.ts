import { expect, it } from '@jest/globals';
import { createRegistryReader, readRegistry } from '../../shared/accounts/registry-snapshot.ts';
import { createUnreadableAccount, type RegisteredAccount } from '../../shared/platform/account.ts';
import { createMemoryStore } from '../../shared/store/memory.ts';
import { account } from '../fixtures/member-account.ts';

const at = '2026-03-02T09:00:00.000Z';

type Listing = () => Promise<readonly RegisteredAccount[]>;

/** A registry with one account that counts its listings. */
async function createRegistry() {
  const { registry } = createMemoryStore();
  await registry.markReady(at);
  await registry.put(account('111122223333'), undefined, at);
  const listings: Listing[] = [];
  return {
    ...registry,
    /** The next answers, in their order. Then the registry answers. */
    planned: listings,
    listed: 0,
    async listAccounts() {
      this.listed += 1;
      return (listings.shift() ?? registry.listAccounts)();
    },
  };
}

it('reads the accounts once when the revision has not changed', async () => {
  const registry = await createRegistry();

  const read = createRegistryReader(registry);

  const snapshots = await Promise.all([read(), read()]);
  const later = await readRegistry(registry);

  expect(registry.listed).toBe(1);
  expect([snapshots[1]?.accounts, later.accounts]).toEqual([snapshots[0]?.accounts, snapshots[0]?.accounts]);
});

it('reads the accounts again when an account has changed', async () => {
  const registry = await createRegistry();
  await readRegistry(registry);
  await registry.put(account('222233334444'), undefined, at);

  const { revision, accounts } = await readRegistry(registry);

  expect(revision).toBe(2);
  expect(accounts.map(({ id }) => id)).toEqual(['111122223333', '222233334444']);
});

it('reads the accounts again when the last reading failed or had an unreadable item', async () => {
  const registry = await createRegistry();
  const unreadable: RegisteredAccount = createUnreadableAccount('333344445555', 1, {
    name: 'StoredItemError',
    message: 'no name',
    retryable: false,
  });
  registry.planned.push(
    () => Promise.reject(new Error('the table does not answer')),
    () => Promise.resolve([unreadable]),
  );

  await expect(readRegistry(registry)).rejects.toThrow('the table does not answer');
  expect((await readRegistry(registry)).accounts).toEqual([unreadable]);
  expect((await readRegistry(registry)).accounts.map(({ id }) => id)).toEqual(['111122223333']);
});

it('throws RegistryNotReadyError before the first complete import', async () => {
  await expect(readRegistry(createMemoryStore().registry)).rejects.toMatchObject({
    name: 'RegistryNotReadyError',
  });
});

it('does not wait for another call of the function whose read never ends', async () => {
  const registry = await createRegistry();
  registry.planned.push(() => new Promise(() => {}));
  void readRegistry(registry);
  await registry.getHead();

  expect((await readRegistry(registry)).revision).toBe(1);
});
