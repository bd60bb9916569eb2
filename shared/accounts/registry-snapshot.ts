import type { RegisteredAccount } from '../platform/account.ts';
import { memoizeByObject } from '../platform/memoize.ts';
import type { RegistryStore } from '../store/ports.ts';
import { isUnreadable } from './membership.ts';
import { expectReady } from './registry.ts';

/** All accounts of the registry. They are at least as new as `revision` says. */
export interface RegistrySnapshot {
  readonly revision: number;
  readonly accounts: readonly RegisteredAccount[];
}

type Registry = Pick<RegistryStore, 'getHead' | 'listAccounts'>;

/** Reads all accounts. @throws RegistryNotReadyError before the first import has completed */
export type ReadRegistry = () => Promise<RegistrySnapshot>;

/** The last complete reading of this process. */
const getLatest = memoizeByObject((_: Registry): { snapshot?: RegistrySnapshot } => ({}));

/**
 * Reads the whole registry for one call of a function. It reads the revision first, and reads the accounts only if the
 * revision has changed since this process last read them. Each change of an account increases the revision.
 * Simultaneous readings share one read of the accounts. A reading with an unreadable item is not kept, because an
 * operator may correct the item by hand without a new revision.
 */
export function createRegistryReader(registry: Registry): ReadRegistry {
  const latest = getLatest(registry);
  let current: { readonly revision: number; readonly snapshot: Promise<RegistrySnapshot> } | undefined;
  return async () => {
    const { revision, readySince } = await registry.getHead();
    expectReady(readySince);
    if (latest.snapshot?.revision === revision) return latest.snapshot;
    if (current?.revision !== revision) current = { revision, snapshot: readAccounts(registry, revision) };
    const reading = current;
    try {
      return await reading.snapshot;
    } finally {
      if (current === reading) current = undefined;
    }
  };
}

async function readAccounts(registry: Registry, revision: number): Promise<RegistrySnapshot> {
  const accounts = await registry.listAccounts();
  const snapshot = { revision, accounts };
  if (!accounts.some(isUnreadable)) getLatest(registry).snapshot = snapshot;
  return snapshot;
}

/** Like `createRegistryReader`, for a single reading. @throws RegistryNotReadyError */
export const readRegistry = (registry: Registry): Promise<RegistrySnapshot> =>
  createRegistryReader(registry)();

/** Like `readRegistry`, but always reads the accounts, so that it also sees items that somebody has edited by hand. */
export function readRegistryAgain(registry: Registry): Promise<RegistrySnapshot> {
  delete getLatest(registry).snapshot;
  return readRegistry(registry);
}
