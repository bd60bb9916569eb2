import type { NeedsApproval } from '../../accounts/approval.ts';
import { configurationOf, storedOusOf } from '../../configuration/active-configuration.ts';
import { approvalNeeded } from '../../reconcile/required-approval.ts';
import type { Store } from '../../store/ports.ts';

/**
 * Who needs approval by the configuration in force. `undefined` where it asks for none, where there is none, and until
 * the first import went through: whoever that finds was there before anybody could be asked.
 */
export async function approvalInForce(store: Store): Promise<NeedsApproval | undefined> {
  const inForce = await store.configuration.inForce();
  const needed = inForce && approvalNeeded(configurationOf(inForce), storedOusOf(inForce));
  if (needed === undefined || (await store.registry.readySince()) === undefined) return undefined;
  return needed;
}
