import type { ActiveConfiguration } from '../configuration/active-configuration.ts';
import type { RegisteredAccount } from '../platform/account.ts';
import type { DesiredResource } from '../reconcile/desired-resource.ts';
import { listActiveResources } from '../reconcile/desired-resources.ts';
import type { Store } from '../store/ports.ts';

interface RunScope {
  readonly runId: string;
  readonly active: ActiveConfiguration;
  readonly registered: readonly RegisteredAccount[];
}

/**
 * The resources of a run. Stores their accounts, so that the changes of the run can be found.
 * @param earlier accounts of changes that the run has on record
 */
export async function listResources(
  store: Store,
  { runId, active, registered }: RunScope,
  earlier: readonly string[],
): Promise<readonly DesiredResource[]> {
  // The inventory is read after the configuration, so it has every resource that a run with an older configuration wrote.
  const inventory = await store.resources.listManaged(active.centralAccountIds);
  const resources = listActiveResources(active, registered, inventory);
  const accountIds = new Set([...earlier, ...resources.map(({ ref }) => ref.accountId)]);
  await store.runs.putChangedAccounts(runId, [...accountIds]);
  return resources;
}
