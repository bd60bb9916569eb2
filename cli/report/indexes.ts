import { type AccountSets, createAccountSets } from './account-sets.ts';

/** Finds accounts by id, and resources by key, in the lists of the facts. Collects the sets of accounts. */
export interface Indexes {
  findAccount(id: string): number | undefined;
  findResource(key: string): number | undefined;
  readonly sets: AccountSets;
}

export function createIndexes(
  accounts: readonly { readonly id: string }[],
  resources: readonly { readonly key: string }[],
): Indexes {
  const byId = new Map(accounts.map(({ id }, index) => [id, index]));
  const byKey = new Map(resources.map(({ key }, index) => [key, index]));
  return {
    findAccount: (id) => byId.get(id),
    findResource: (key) => byKey.get(key),
    sets: createAccountSets(),
  };
}
