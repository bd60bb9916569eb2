import { isDeepStrictEqual } from 'node:util';
import { storeOus } from '../accounts/stored-ous.ts';
import {
  type ActiveConfiguration,
  parseStoredConfiguration,
  toActiveConfiguration,
  toSearchScope,
} from '../configuration/active-configuration.ts';
import { hashConfiguration, listCentralNames } from '../configuration/context.ts';
import { ConfigurationError } from '../configuration/errors.ts';
import { listDesiredKeys } from '../configuration/named-resources.ts';
import type { Configuration } from '../configuration/schema.ts';
import { isRevocable, listNewSearches, type SearchScope } from '../configuration/search-results.ts';
import { parseResourceKey } from '../grants/contract.ts';
import { getTimestamp } from '../platform/clock.ts';
import type { Services } from '../reconcile/services.ts';
import { listOuPaths } from '../reconcile/unresolved-ous.ts';
import type { SearchResult, Store, StoredConfiguration } from '../store/ports.ts';

export interface Activation extends UnnamedResources {
  readonly active: StoredConfiguration;
  /** The previous configuration. `undefined` for the first. */
  readonly previous: StoredConfiguration | undefined;
}

/** Resources of the inventory without a grant, as far as is known. */
export interface UnnamedResources {
  /** The next run removes the managed statements. */
  readonly removedResources: readonly string[];
  /** Patterns of the configuration may match them: nothing changes there before their searches have completed. */
  readonly undecidedResources: readonly string[];
  /** Their accounts are not central any longer, so nothing can be removed there. */
  readonly unreachableResources: readonly string[];
}

/** Makes a configuration the active one. Every writer uses it from now on. Runs bring the resources to it. */
export async function activateConfiguration(
  { store, clock }: Pick<Services, 'store' | 'clock'>,
  configuration: Configuration,
  activatedBy: string,
): Promise<Activation> {
  const { active: previous, searchResults } = await store.configuration.getActiveWithSearchResults();
  const hash = hashConfiguration(configuration);
  const accounts = await store.registry.listAccounts();
  const ous = storeOus(listOuPaths(configuration), accounts, previous?.ous);
  const isSame = previous?.hash === hash && isDeepStrictEqual(previous.ous, ous);
  const active = isSame
    ? previous
    : {
        hash,
        document: configuration,
        ous,
        newSearches: listNewSearches(configuration, scopeOf(previous), searchResults),
        centralAccountIds: listCentralAccountIds(configuration, previous),
        activatedAt: getTimestamp(clock),
        activatedBy,
      };
  if (!isSame) await store.configuration.activate(active);
  // A run that still writes by the previous configuration has added the resource to the inventory by now. Or it sees
  // the new configuration before its write, and does not send it (`assertStillDesired`).
  const inventory = await store.resources.listManaged(active.centralAccountIds);
  return { active, previous, ...sortUnnamed(active, { configuration, inventory, searchResults }) };
}

/** An account that is no central account any more may still have resources in the inventory. */
const listCentralAccountIds = (
  { centralAccounts }: Configuration,
  previous: StoredConfiguration | undefined,
): readonly string[] => [
  ...new Set([...(previous?.centralAccountIds ?? []), ...Object.values(centralAccounts).map(({ id }) => id)]),
];

/** `undefined` if the configuration has an unsupported format: then every search is new. */
function scopeOf(stored: StoredConfiguration | undefined): SearchScope | undefined {
  if (stored === undefined) return undefined;
  try {
    return toSearchScope(stored, parseStoredConfiguration(stored));
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined;
    throw error;
  }
}

interface KnownResources {
  readonly configuration: Configuration;
  readonly inventory: readonly string[];
  readonly searchResults: readonly SearchResult[];
}

function sortUnnamed(
  stored: StoredConfiguration,
  { configuration, inventory, searchResults }: KnownResources,
): UnnamedResources {
  const active = toActiveConfiguration(stored, configuration, searchResults);
  const desired = listDesiredKeys(configuration, active.matches);
  const unnamed = inventory.filter((key) => !desired.has(key));
  const isReachable = (key: string): boolean =>
    listCentralNames(configuration, parseResourceKey(key).accountId).length > 0;
  const [reachable, unreachableResources] = partition(unnamed, isReachable);
  const [removedResources, undecidedResources] = partition(reachable, (key) => isRevocable(active, key));
  return { removedResources, undecidedResources, unreachableResources };
}

/** A configuration as if it were active. The active configuration stays unchanged. Nothing is stored. */
export async function assumeActivated(
  store: Store,
  configuration: Configuration,
): Promise<ActiveConfiguration> {
  const hash = hashConfiguration(configuration);
  const { active, searchResults } = await store.configuration.getActiveWithSearchResults();
  if (active?.hash === hash) return toActiveConfiguration(active, configuration, searchResults);
  const ous = storeOus(listOuPaths(configuration), await store.registry.listAccounts(), active?.ous);
  const newSearches = listNewSearches(configuration, scopeOf(active), searchResults);
  const centralAccountIds = listCentralAccountIds(configuration, active);
  const assumed = { hash, ous, newSearches, centralAccountIds, activatedAt: '' };
  return toActiveConfiguration(assumed, configuration, searchResults);
}

const partition = <T>(
  items: readonly T[],
  test: (item: T) => boolean,
): readonly [readonly T[], readonly T[]] => [items.filter(test), items.filter((item) => !test(item))];
