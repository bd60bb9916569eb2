import type { NeedsApproval } from '../../accounts/approval.ts';
import { getStoredOus, parseStoredConfiguration } from '../../configuration/active-configuration.ts';
import { createApprovalTest } from '../../reconcile/required-approval.ts';
import type { Store } from '../../store/ports.ts';

/**
 * Who needs approval by the configuration in force. `undefined` where it asks for none, where there is none, and until
 * the first import went through: whoever that finds was there before anybody could be asked.
 */
export async function getActiveApproval(store: Store): Promise<NeedsApproval | undefined> {
  const stored = await store.configuration.getActive();
  const needed = stored && createApprovalTest(parseStoredConfiguration(stored), getStoredOus(stored));
  if (needed === undefined || (await store.registry.getReadySince()) === undefined) return undefined;
  return needed;
}
