import { type ActiveConfiguration, activationOf } from '../configuration/active-configuration.ts';
import { ResourceMissingError } from '../platform/aws/errors.ts';
import type { ResourceState } from '../store/ports.ts';
import type { DesiredResource } from './desired-resource.ts';
import { grantsOn } from './desired-resources.ts';

export const gone = Symbol('gone');

/** Planned for deletion: it cannot be read, and comes back with its policy where somebody restores it. */
export const resting = Symbol('resting');

/** A resource that nobody names may be deleted: then there is nothing to do. */
export async function readUnlessGone<T>(
  { named }: DesiredResource,
  read: () => Promise<T>,
): Promise<T | typeof gone | typeof resting> {
  try {
    return await read();
  } catch (error) {
    if (!named && error instanceof ResourceMissingError)
      return error.fields.restorable === true ? resting : gone;
    throw error;
  }
}

/** What is remembered of it: nothing of ours is left there. */
export const stateOfGone = (
  seen: {
    readonly desired: DesiredResource;
    readonly active: Pick<ActiveConfiguration, 'hash' | 'reactivated'>;
    readonly revision: number;
    readonly state: ResourceState | undefined;
  },
  at: string,
): ResourceState => ({
  // One that a pattern has just found may only be slow to show itself: it is looked at again.
  appliedRevision: seen.desired.shares.length > 0 ? 0 : seen.revision,
  configurationHash: activationOf(seen.active),
  owned: [],
  grants: grantsOn(seen.desired),
  generation: (seen.state?.generation ?? 0) + 1,
  updatedAt: at,
});
