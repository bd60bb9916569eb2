import { getActivationId, getActiveConfiguration } from '../configuration/active-configuration.ts';
import { ConcurrentUpdateError } from '../platform/errors.ts';
import type { ReconcileContext } from './context.ts';
import { findDesiredResource, listGrantNames } from './desired-resources.ts';
import type { Services } from './services.ts';

/**
 * Another configuration that became active since the context was loaded may not name the resource any longer. A search
 * that has completed since may not match it. The inventory has the resource by now, so a later run sees it, whether
 * this write happens or not.
 * @throws ConcurrentUpdateError
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
