import { type ActiveConfiguration, getActiveConfiguration } from '../configuration/active-configuration.ts';
import { listSearches } from '../configuration/searches.ts';
import {
  type DiscoveryResult,
  discoverResources,
  type ResourcePlace,
} from '../reconcile/discover-resources.ts';
import type { Services } from '../reconcile/services.ts';

const nothingFound: DiscoveryResult = { items: [], unreadable: [], failed: [], warnings: [] };

interface SearchStep {
  readonly runId: string;
  readonly cause: string;
  /** The account and region of the event that started the run. Null or absent if the run has another cause. */
  readonly place?: ResourcePlace | null | undefined;
}

interface SearchedConfiguration extends DiscoveryResult {
  /**
   * The configuration with which the searches ran. Absent if it has no searches. Later, another configuration may be
   * active.
   */
  readonly active?: ActiveConfiguration;
}

/** Runs the searches that are due, before anything is planned. */
export async function runSearches(
  services: Services,
  { runId, cause, place }: SearchStep,
): Promise<SearchedConfiguration> {
  const scope = await getActiveConfiguration(services.store);
  const everywhere = cause === 'sweep' || cause === 'manual';
  if (!everywhere && listSearches(scope.configuration).length === 0)
    return { ...nothingFound, active: scope };
  const where = everywhere ? 'everywhere' : (place ?? 'new');
  return discoverResources(services, { runId, scope, where, keep: true });
}
