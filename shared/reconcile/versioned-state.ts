import type { ResourceState, Store } from '../store/ports.ts';
import { LeaseLostError } from './errors.ts';

/**
 * Saves the state of a resource, several times in a row.
 * @throws LeaseLostError if another holder has saved a state since it was read: then this holder must not write the
 * resource any longer
 */
export type Remember = (state: ResourceState) => Promise<void>;

/** For the holder of the resource's lease, which has read `state`. */
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
