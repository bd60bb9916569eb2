import { type ActiveConfiguration, getActivationId } from '../configuration/active-configuration.ts';
import { ResourceMissingError } from '../platform/aws/errors.ts';
import type { LastReconciliation, ResourceState } from '../store/ports.ts';
import type { DesiredResource } from './desired-resource.ts';
import { listGrantNames } from './desired-resources.ts';
import { getGeneration } from './is-up-to-date.ts';

export const missing = Symbol('gone');

/** Scheduled for deletion: it cannot be read, and an operator who restores it restores its policy. */
export const pendingDeletion = Symbol('resting');

/** A resource that the configuration does not name may be deleted: then there is nothing to do. */
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

/** The state of the deleted resource: it has no managed content. */
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
    // A new match of a pattern may only be slow to appear: the next run reads it again.
    revision: seen.desired.shares.length > 0 ? 0 : seen.revision,
    configurationHash: getActivationId(seen.active),
    grants: listGrantNames(seen.desired),
    generation: getGeneration(seen.state) + 1,
  },
});
