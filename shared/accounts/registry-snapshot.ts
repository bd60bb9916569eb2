import type { RegisteredAccount } from '../platform/account.ts';
import { memoizeByObject } from '../platform/memoize.ts';
import type { RegistryStore } from '../store/ports.ts';
import { isUnreadable } from './membership.ts';
import { expectReady } from './registry.ts';

/** All accounts, at least as new as the revision. */
export interface RegistrySnapshot {
  readonly revision: number;
  readonly accounts: readonly RegisteredAccount[];
}

type Registry = Pick<RegistryStore, 'getHead' | 'listAccounts'>;

/** @throws RegistryNotReadyError */
export type ReadRegistry = () => Promise<RegistrySnapshot>;

/** The latest complete reading of a process. */
const getLatest = memoizeByObject((_: Registry): { snapshot?: RegistrySnapshot } => ({}));

/**
 * Reads the whole registry for one call of a function. Each reading begins with the head, and the accounts are read after
 * it. They are read again only if the revision has changed since the last reading of this process: each change of an account
 * takes a revision. Readings at a time share one read of the accounts. An item that somebody edits by hand takes no
 * revision, so a reading with an unreadable item is not kept.
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

/** One reading, as `createRegistryReader`. @throws RegistryNotReadyError */
export const readRegistry = (registry: Registry): Promise<RegistrySnapshot> =>
  createRegistryReader(registry)();

/** As `readRegistry`, but always reads the accounts, so that it also sees items that somebody has edited by hand. */
export function readRegistryAgain(registry: Registry): Promise<RegistrySnapshot> {
  delete getLatest(registry).snapshot;
  return readRegistry(registry);
}
