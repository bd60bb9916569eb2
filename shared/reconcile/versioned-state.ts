import type { ReconciliationEnd, ResourceState, Store } from '../store/ports.ts';
import { LeaseLostError } from './errors.ts';

/** Saves the state of a resource for the holder of its lease. */
export interface StateWriter {
  /**
   * Saves a state during the work. May be called several times.
   * @throws LeaseLostError if another holder has saved a state meanwhile: then this run must stop writing the resource
   */
  remember(state: ResourceState): Promise<void>;
  /** As `remember`. The same transaction stores the change of the run and releases the lease. */
  finish(state: ResourceState, end: ReconciliationEnd): Promise<void>;
}

/** @param state the state that the holder of the lease has read */
export function createStateWriter(
  { resources }: Pick<Store, 'resources'>,
  resource: string,
  state: ResourceState | undefined,
): StateWriter {
  let version = state?.version;
  const save = async (
    { version: _, ...next }: ResourceState,
    put: (versioned: ResourceState) => Promise<number | undefined>,
  ): Promise<void> => {
    version = await put({ ...next, ...(version === undefined ? {} : { version }) });
    if (version === undefined)
      throw new LeaseLostError(`Another run has taken over ${resource}. Start the run again`, {
        resource,
      });
  };
  return {
    remember: (next) => save(next, (versioned) => resources.put(resource, versioned)),
    finish: (next, end) => save(next, (versioned) => resources.finish(resource, versioned, end)),
  };
}
