import type { NeedsApproval } from '../organization/approval.ts';
import { approvalNeeded } from '../plan/approval.ts';
import { activeConfiguration } from '../services.ts';
import type { Store } from '../store/ports.ts';

/**
 * Who needs approval by the configuration in force. `undefined` where it asks for none, where there is none, and until
 * the first import went through: whoever that finds was there before anybody could be asked.
 */
export async function approvalInForce(store: Store): Promise<NeedsApproval | undefined> {
  if ((await store.configuration.inForce()) === undefined) return undefined;
  if ((await store.registry.readySince()) === undefined) return undefined;
  return approvalNeeded((await activeConfiguration(store)).configuration);
}
