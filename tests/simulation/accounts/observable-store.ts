import type { RegisteredAccount } from '../../../shared/platform/account.ts';
import type { Store, StoredConfiguration } from '../../../shared/store/ports.ts';

export interface StoreListeners {
  onRegistered(account: RegisteredAccount): void;
  /** A reconciliation of the resource has ended. */
  onSettled(resource: string): void;
  onActivated(stored: StoredConfiguration): void;
}

/** The store, which reports each stored item. */
export const createObservableStore = (
  store: Store,
  { onRegistered, onSettled, onActivated }: StoreListeners,
): Store => ({
  ...store,
  registry: {
    ...store.registry,
    put: async (account, ...given) => {
      const stored = await store.registry.put(account, ...given);
      if (stored !== undefined) onRegistered(stored);
      return stored;
    },
  },
  resources: {
    ...store.resources,
    put: async (key, state) => {
      const version = await store.resources.put(key, state);
      if (version !== undefined && state.writeInProgress === undefined) onSettled(key);
      return version;
    },
    finish: async (key, ...given) => {
      const version = await store.resources.finish(key, ...given);
      if (version !== undefined) onSettled(key);
      return version;
    },
  },
  configuration: {
    ...store.configuration,
    activate: async (stored) => {
      await store.configuration.activate(stored);
      onActivated(stored);
    },
  },
});
