import { type ActiveConfiguration, getActivationId } from '../configuration/active-configuration.ts';
import { ResourceMissingError } from '../platform/aws/errors.ts';
import type { LastReconciliation, ResourceState } from '../store/ports.ts';
import type { DesiredResource } from './desired-resource.ts';
import { listGrantNames } from './desired-resources.ts';
import { getGeneration } from './is-up-to-date.ts';

export const missing = Symbol('missing');

/**
 * Marks a resource that is scheduled for deletion, such as a secret. It cannot be read now. An operator can restore it,
 * and then it has its policy again.
 */
export const pendingDeletion = Symbol('pending deletion');

/**
 * Reads a resource. If a pattern found the resource, it may have been deleted meanwhile, and the run continues. A
 * resource that the configuration names must exist.
 */
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

/** The state to store for a deleted resource: there are no managed statements any more. */
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
    // A resource that a search has just found may not be readable yet. Revision 0 makes the next run read it again.
    revision: seen.desired.shares.length > 0 ? 0 : seen.revision,
    activationId: getActivationId(seen.active),
    grants: listGrantNames(seen.desired),
    generation: getGeneration(seen.state) + 1,
  },
});
