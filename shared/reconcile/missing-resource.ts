import { type ActiveConfiguration, getActivationId } from '../configuration/active-configuration.ts';
import { ResourceMissingError } from '../platform/aws/errors.ts';
import type { LastReconciliation, ResourceState } from '../store/ports.ts';
import type { DesiredResource } from './desired-resource.ts';
import { listGrantNames } from './desired-resources.ts';
import { getGeneration } from './is-up-to-date.ts';

export const missing = Symbol('gone');

/** Planned for deletion: it cannot be read, and comes back with its policy where somebody restores it. */
export const pendingDeletion = Symbol('resting');

/** A resource that nobody names may be deleted: then there is nothing to do. */
export async function readUnlessMissing<T>(
  { named }: DesiredResource,
  read: () => Promise<T>,
): Promise<T | typeof missing | typeof pendingDeletion> {
  try {
    return await read();
  } catch (error) {
    if (!named && error instanceof ResourceMissingError)
      return error.fields.restorable === true ? pendingDeletion : missing;
    throw error;
  }
}

/** What is remembered of it: nothing of ours is left there. */
export const toMissingState = (
  seen: {
    readonly desired: DesiredResource;
    readonly active: Pick<ActiveConfiguration, 'hash' | 'activatedAt'>;
    readonly revision: number;
    readonly state: ResourceState | undefined;
  },
  run: Pick<LastReconciliation, 'runId' | 'at'>,
): ResourceState => ({
  managed: { sids: [] },
  lastReconciliation: {
    ...run,
    // A resource that a pattern has just found may only be slow to show itself: the next run reads it again.
    revision: seen.desired.shares.length > 0 ? 0 : seen.revision,
    configurationHash: getActivationId(seen.active),
    grants: listGrantNames(seen.desired),
    generation: getGeneration(seen.state) + 1,
  },
});
