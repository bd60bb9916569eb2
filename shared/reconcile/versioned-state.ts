import type { ResourceState, Store } from '../store/ports.ts';
import { LeaseLostError } from './errors.ts';

/**
 * Saves the state of a resource. May be called several times.
 * @throws LeaseLostError if another holder has saved a state meanwhile: then this run must stop writing the resource
 */
export type Remember = (state: ResourceState) => Promise<void>;

/** Creates a `Remember` for the holder of the lease, which has read `state`. */
export function createRemember(
  { resources }: Pick<Store, 'resources'>,
  resource: string,
  state: ResourceState | undefined,
): Remember {
  let version = state?.version;
  return async ({ version: _, ...next }) => {
    version = await resources.put(resource, { ...next, ...(version === undefined ? {} : { version }) });
    if (version === undefined)
      throw new LeaseLostError(`Another run has taken over ${resource}. Start the run again`, {
        resource,
      });
  };
}
