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
  /** The configuration that was active before. `undefined` at the first activation. */
  readonly previous: StoredConfiguration | undefined;
}

/** Resources on which this installation manages statements, and for which the new configuration may have no grant. */
export interface UnnamedResources {
  /** Resources for which the new configuration has no grant. The next run removes their managed statements. */
  readonly removedResources: readonly string[];
  /**
   * Resources that a pattern of the new configuration may match. Runs do not change them until the searches for these
   * patterns have completed.
   */
  readonly undecidedResources: readonly string[];
  /** Resources in accounts that are no central accounts any more. The hub has no right to remove anything there. */
  readonly unreachableResources: readonly string[];
}

/**
 * Makes a configuration the active one: every run that begins now gives resources the state that this configuration
 * describes.
 */
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
  // The inventory is read after the activation, so that it has every resource of runs with the previous configuration.
  // Such a run has either added its resource to the inventory by now. Or it notices the new configuration before it
  // writes, and does not write (`assertStillDesired`).
  const inventory = await store.resources.listManaged(active.centralAccountIds);
  return { active, previous, ...sortUnnamed(active, { configuration, inventory, searchResults }) };
}

/**
 * The central accounts of the old and the new configuration. An account that is no central account any more may still
 * have resources with managed statements.
 */
const listCentralAccountIds = (
  { centralAccounts }: Configuration,
  previous: StoredConfiguration | undefined,
): readonly string[] => [
  ...new Set([...(previous?.centralAccountIds ?? []), ...Object.values(centralAccounts).map(({ id }) => id)]),
];

/**
 * The searches of a configuration. `undefined` if its format is not supported: then every search of the next
 * configuration counts as new.
 */
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

/**
 * Returns a configuration as if it were active, so that a command can plan with it. Stores nothing, and the active
 * configuration stays active.
 */
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
