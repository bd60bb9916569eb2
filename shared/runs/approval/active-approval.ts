import type { NeedsApproval } from '../../accounts/approval.ts';
import { getStoredOus, parseStoredConfiguration } from '../../configuration/active-configuration.ts';
import { createApprovalTest } from '../../reconcile/required-approval.ts';
import type { Store } from '../../store/ports.ts';

/**
 * Returns a test whether an account needs approval by the active configuration. `undefined` if no configuration is
 * active, or if it requires no approval. Also `undefined` until the first import has finished: no operator could have
 * approved the accounts that it imports.
 */
export async function getActiveApproval(store: Store): Promise<NeedsApproval | undefined> {
  const stored = await store.configuration.getActive();
  const needed = stored && createApprovalTest(parseStoredConfiguration(stored), getStoredOus(stored));
  if (needed === undefined || (await store.registry.getReadySince()) === undefined) return undefined;
  return needed;
}
