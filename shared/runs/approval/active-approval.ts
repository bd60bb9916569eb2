import type { NeedsApproval } from '../../accounts/approval.ts';
import { getStoredOus, parseStoredConfiguration } from '../../configuration/active-configuration.ts';
import { createApprovalTest } from '../../reconcile/required-approval.ts';
import type { Store } from '../../store/ports.ts';

/**
 * Decides which accounts need approval by the active configuration. `undefined` if it requires none, if no
 * configuration is active, and until the first import has finished: an operator could not have approved the imported
 * accounts.
 */
export async function getActiveApproval(store: Store): Promise<NeedsApproval | undefined> {
  const stored = await store.configuration.getActive();
  const needed = stored && createApprovalTest(parseStoredConfiguration(stored), getStoredOus(stored));
  if (needed === undefined || (await store.registry.getReadySince()) === undefined) return undefined;
  return needed;
}
