import { createRegistryReader, type ReadRegistry } from '../accounts/registry-snapshot.ts';
import { type ActiveConfiguration, getActiveConfiguration } from '../configuration/active-configuration.ts';
import { createReadOnce } from '../platform/memoize.ts';
import type { Store } from '../store/ports.ts';

/** What one call of a function reads for many resources. */
export interface ContextReaders {
  /** Reads the head of the registry each time, and its accounts once for each revision. */
  readonly readRegistry: ReadRegistry;
  /** Reads the active configuration once. @throws as `getActiveConfiguration` */
  readonly readActive: () => Promise<ActiveConfiguration>;
}

export const createContextReaders = (store: Store): ContextReaders => ({
  readRegistry: createRegistryReader(store.registry),
  readActive: createReadOnce(() => getActiveConfiguration(store)),
});
