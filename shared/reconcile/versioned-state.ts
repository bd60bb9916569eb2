import type { ResourceState, Store } from '../store/ports.ts';
import { LeaseLostError } from './errors.ts';

/**
 * Saves the state of a resource. May be called several times during one lease.
 * @throws LeaseLostError if another run has saved a state in the meantime: then this run must not write the resource
 * any more
 */
export type Remember = (state: ResourceState) => Promise<void>;

/** Creates `Remember` for a run that holds the lease and has read `state`. */
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
