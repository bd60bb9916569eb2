import type { StoredOus } from '../accounts/stored-ous.ts';
import type { SearchResult, Store, StoredConfiguration } from '../store/ports.ts';
import { hashConfiguration } from './context.ts';
import { ConfigurationMismatchError } from './errors.ts';
import type { Configuration } from './schema.ts';
import { type ResolvedSearches, resolveSearches, type SearchScope } from './search-results.ts';
import { listSearches } from './searches.ts';
import { validateConfiguration } from './validate.ts';

/** A configuration together with the resources that its patterns have matched. */
export interface ResolvedConfiguration extends ResolvedSearches {
  readonly configuration: Configuration;
  /** Which OUs the paths of selectors named when the configuration was activated. Default: unknown. */
  readonly ous?: StoredOus;
}

/** The active configuration, together with the results of its searches. */
export interface ActiveConfiguration extends ResolvedConfiguration, SearchScope {
  readonly hash: string;
  /** As in `StoredConfiguration`: the central accounts of this activation and of all earlier ones. */
  readonly centralAccountIds: readonly string[];
  /** When the configuration was activated, ISO 8601. */
  readonly activatedAt: string;
}

/** An id for one activation. If an operator activates the same configuration twice, the ids differ. */
export const getActivationId = ({
  hash,
  activatedAt,
}: Pick<StoredConfiguration, 'hash' | 'activatedAt'>): string => `${hash}@${activatedAt}`;

/**
 * Reads the active configuration.
 * @throws ConfigurationMismatchError if no configuration is active
 * @throws ConfigurationError if an earlier version of this project has activated it, in a format that this version does
 * not support
 */
export const getConfiguration = async (store: Store): Promise<Configuration> =>
  parseStoredConfiguration(requireActivated(await store.configuration.getActive()));

/**
 * Reads the part of the active configuration that searches need.
 * @throws the errors of `getConfiguration`
 */
export async function getSearchScope(store: Store): Promise<SearchScope> {
  const active = requireActivated(await store.configuration.getActive());
  return toSearchScope(active, parseStoredConfiguration(active));
}

/**
 * Reads the active configuration and the results of its searches.
 * @throws the errors of `getConfiguration`
 */
export async function getActiveConfiguration(store: Store): Promise<ActiveConfiguration> {
  const stored = requireActivated(await store.configuration.getActive());
  const configuration = parseStoredConfiguration(stored);
  // A configuration without patterns does not use the results of searches.
  if (listSearches(configuration).length === 0) return toActiveConfiguration(stored, configuration, []);
  const { active, searchResults } = await store.configuration.getActiveWithSearchResults();
  const activated = requireActivated(active);
  return toActiveConfiguration(activated, parseStoredConfiguration(activated), searchResults);
}

function requireActivated(stored: StoredConfiguration | undefined): StoredConfiguration {
  if (stored !== undefined) return stored;
  throw new ConfigurationMismatchError('No configuration is active. Run `onboarding activate --config FILE`');
}

/**
 * Parses a stored configuration. The result is cached, because it is needed for each resource and rarely changes.
 * @throws ConfigurationError if an earlier version of this project has activated it, in a format that this version does
 * not support
 */
export function parseStoredConfiguration({ document, hash }: StoredConfiguration): Configuration {
  if (latest !== undefined && latest.document === document) return latest.configuration;
  const text = JSON.stringify(document);
  const configuration =
    latest?.text === text
      ? latest.configuration
      : validateConfiguration(document, `The active configuration (${hash})`);
  latest = { document, text, configuration };
  return configuration;
}

let latest:
  | { readonly document: unknown; readonly text: string; readonly configuration: Configuration }
  | undefined;

/**
 * Checks that the configuration with which a command wants to write is the active one.
 * @throws ConfigurationMismatchError if it is not
 */
export async function requireActive(
  store: Store,
  configuration: Configuration,
): Promise<ActiveConfiguration> {
  const hash = hashConfiguration(configuration);
  const { active, searchResults } = await store.configuration.getActiveWithSearchResults();
  if (active?.hash === hash) return toActiveConfiguration(active, configuration, searchResults);
  throw new ConfigurationMismatchError(
    active === undefined
      ? 'No configuration is active. Run `onboarding activate` to activate this one'
      : `This configuration (hash ${hash.slice(0, 12)}) is not the active one (hash ${active.hash.slice(0, 12)}, ` +
          `activated at ${active.activatedAt} by ${active.activatedBy}). Run \`onboarding activate\` to activate it`,
    { hash, active: active?.hash },
  );
}

/** Combines a stored configuration with the results of its searches. */
export function toActiveConfiguration(
  stored: Omit<StoredConfiguration, 'document' | 'activatedBy'>,
  configuration: Configuration,
  items: readonly SearchResult[],
): ActiveConfiguration {
  const scope = toSearchScope(stored, configuration);
  const { hash, activatedAt, centralAccountIds } = stored;
  const ous = getStoredOus(stored);
  return { ...scope, ...resolveSearches(scope, items), hash, activatedAt, centralAccountIds, ous };
}

export const toSearchScope = (
  stored: Pick<StoredConfiguration, 'hash' | 'activatedAt' | 'newSearches'>,
  configuration: Configuration,
): SearchScope => ({
  configuration,
  activationId: getActivationId(stored),
  newSearches: stored.newSearches,
});

/** Returns the same object for equal OUs, because results computed from them are cached by this object. */
export function getStoredOus({ ous }: Pick<StoredConfiguration, 'ous'>): StoredOus {
  const text = JSON.stringify(ous);
  if (latestOus?.text !== text) latestOus = { text, ous };
  return latestOus.ous;
}

let latestOus: { readonly text: string; readonly ous: StoredOus } | undefined;
