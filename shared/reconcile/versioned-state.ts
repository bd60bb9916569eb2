import type { ResourceState, Store } from '../store/ports.ts';
import { LeaseLostError } from './errors.ts';

/**
 * Remembers the state of a resource, again and again.
 * @throws LeaseLostError where another has done so since it was read: then nothing may be written to it any more
 */
export type Remember = (state: ResourceState) => Promise<void>;

/** For the holder of the resource's lease, who has read `state`. */
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
