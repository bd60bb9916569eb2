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
 * Finds the resources of a run. Stores the accounts of these resources, because readers of the run find its changes by
 * them.
 * @param earlier the accounts of changes that the run has already recorded
 */
export async function listResources(
  store: Store,
  { runId, active, registered }: RunScope,
  earlier: readonly string[],
): Promise<readonly DesiredResource[]> {
  // The inventory is read after the configuration. So it also has resources that a run with an older configuration has
  // just written.
  const inventory = await store.resources.listManaged(active.centralAccountIds);
  const resources = listActiveResources(active, registered, inventory);
  const accountIds = new Set([...earlier, ...resources.map(({ ref }) => ref.accountId)]);
  await store.runs.putChangedAccounts(runId, [...accountIds]);
  return resources;
}
