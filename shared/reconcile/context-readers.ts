import { createRegistryReader, type ReadRegistry } from '../accounts/registry-snapshot.ts';
import { type ActiveConfiguration, getActiveConfiguration } from '../configuration/active-configuration.ts';
import { createReadOnce } from '../platform/memoize.ts';
import type { Store } from '../store/ports.ts';

/** Reads of one function call that many resources share. */
export interface ContextReaders {
  /** Reads the revision of the registry at each call, and all accounts only if the revision has changed. */
  readonly readRegistry: ReadRegistry;
  /** Reads the active configuration once. @throws as `getActiveConfiguration` */
  readonly readActive: () => Promise<ActiveConfiguration>;
}

export const createContextReaders = (store: Store): ContextReaders => ({
  readRegistry: createRegistryReader(store.registry),
  readActive: createReadOnce(() => getActiveConfiguration(store)),
});
