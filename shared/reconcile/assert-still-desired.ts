import { getActivationId, getActiveConfiguration } from '../configuration/active-configuration.ts';
import { ConcurrentUpdateError } from '../platform/errors.ts';
import type { ReconcileContext } from './context.ts';
import { findDesiredResource, listGrantNames } from './desired-resources.ts';
import type { Services } from './services.ts';

/**
 * Checked between the record in the inventory and the write. Since the context was loaded, another configuration may
 * have become active that does not name the resource, or a search may have completed that does not match it. A later
 * run finds the resource in the inventory, whether this write is sent or not.
 */
export async function assertStillDesired(
  { store }: Services,
  { desired, active }: ReconcileContext,
): Promise<void> {
  const stored = await store.configuration.getActive();
  if (stored === undefined || getActivationId(stored) !== getActivationId(active))
    throw new ConcurrentUpdateError(
      `${desired.key}: another configuration became active, so the write was not sent. Start the run again`,
      { resource: desired.key },
    );
  const grants = listGrantNames(desired);
  if (desired.named || grants.length === 0) return;
  const now = findDesiredResource(await getActiveConfiguration(store), [], desired.key);
  if (now !== undefined && listGrantNames(now).join() === grants.join()) return;
  throw new ConcurrentUpdateError(
    `${desired.key}: its grants changed during the run, so the write was not sent. Start the run again`,
    { resource: desired.key },
  );
}
