import { isDeepStrictEqual } from 'node:util';
import { getActivationId, getActiveConfiguration } from '../configuration/active-configuration.ts';
import { ConcurrentUpdateError } from '../platform/errors.ts';
import type { ReconcileContext } from './context.ts';
import { findDesiredResource, listGrantNames } from './desired-resources.ts';
import type { Services } from './services.ts';

/**
 * Checks, after the resource was recorded in the inventory, that its grants are still the ones that this run has read.
 * It is called before a write, and before a result without a write is stored. During the run another configuration may
 * have become active, a sweep may have stored new OUs, or a search may have completed. If the check fails, nothing is
 * lost: a later run finds the resource in the inventory.
 * @throws ConcurrentUpdateError if the configuration, the OUs or the grants have changed
 */
export async function assertStillDesired(
  { store }: Services,
  { desired, active }: ReconcileContext,
): Promise<void> {
  const now = await getActiveConfiguration(store);
  if (getActivationId(now) !== getActivationId(active))
    throw createChangedError(desired.key, 'another configuration became active');
  if (!isDeepStrictEqual(now.ous, active.ous))
    throw createChangedError(desired.key, 'a sweep has stored other OUs');
  const again = findDesiredResource(now, [], desired.key);
  if (again === undefined || listGrantNames(again).join() !== listGrantNames(desired).join())
    throw createChangedError(desired.key, 'its grants changed during the run');
}

const createChangedError = (resource: string, reason: string): ConcurrentUpdateError =>
  new ConcurrentUpdateError(`${resource}: ${reason}, so the write was not sent. Start the run again`, {
    resource,
  });
