import { type RegisteredAccount, unreadableAccount } from '../../shared/platform/account.ts';
import { errorRecord } from '../../shared/platform/errors.ts';
import type { Store } from '../../shared/store/ports.ts';
import { StoredItemError } from '../../shared/store/stored-item-error.ts';

/** A registry with items that somebody can spoil; a change of the account replaces its item. */
export function spoiling() {
  const spoilt = new Set<string>();
  const read = (account: RegisteredAccount): RegisteredAccount =>
    spoilt.has(account.id)
      ? unreadableAccount(
          account.id,
          account.revision,
          errorRecord(unreadable(`ACCOUNT#${account.id}`, 'ouPath')),
        )
      : account;
  return {
    spoil: (id: string) => spoilt.add(id),
    around: ({ registry }: Store): Partial<Store> => ({
      registry: {
        ...registry,
        accounts: async () => (await registry.accounts()).map(read),
        account: async (id) => {
          const account = await registry.account(id);
          return account && read(account);
        },
        put: async (account, expected, at) => {
          const stored = await registry.put(account, expected, at);
          if (stored !== undefined) spoilt.delete(account.id);
          return stored;
        },
      },
    }),
  };
}

const unreadable = (sk: string, path: string): StoredItemError =>
  new StoredItemError('onboarding', { pk: 'REGISTRY', sk }, [
    { path, message: 'Invalid input: expected string, received undefined' },
  ]);
