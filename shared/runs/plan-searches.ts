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
  /** The account and region of the event. Null or absent without one. */
  readonly place?: ResourcePlace | null | undefined;
}

interface SearchedConfiguration extends DiscoveryResult {
  /** The configuration that was read for the searches, if it has none. After a search, another one may be active. */
  readonly active?: ActiveConfiguration;
}

/** Searches for resources before anything is planned. */
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
