import { parseResourceKey } from '../grants/contract.ts';
import type { SearchResult } from '../store/ports.ts';
import { listCentralNames } from './context.ts';
import type { Configuration } from './schema.ts';
import { type ConfiguredSearch, listSearches, type SearchMatches } from './searches.ts';

/** An activation, as far as search results depend on it. */
export interface SearchScope {
  readonly configuration: Configuration;
  /** `getActivationId` of it. */
  readonly activationId: string;
  /** As `StoredConfiguration.newSearches`. */
  readonly newSearches: readonly string[];
}

/** The meaning of search results under one activation. */
export interface ResolvedSearches {
  /** The last matches of each search. */
  readonly matches: SearchMatches;
  /** Searches that have not completed under the activation. */
  readonly openSearches: readonly ConfiguredSearch[];
}

/** Whether a search has succeeded under the activation, even if it failed later. */
export const hasCompleted = (
  item: Pick<SearchResult, 'completed'> | undefined,
  { activationId }: Pick<SearchScope, 'activationId'>,
): boolean => item?.completed?.activationId === activationId;

/** The last matches of each search. A search that is new under the activation has none until it has completed. */
export function resolveSearches(scope: SearchScope, items: readonly SearchResult[]): ResolvedSearches {
  const usable = items.filter((item) => isUsable(item, scope));
  const completed = new Set(items.filter((item) => hasCompleted(item, scope)).map(({ search }) => search));
  return {
    matches: new Map(usable.map(({ search, matching }) => [search, matching])),
    openSearches: listSearches(scope.configuration).filter(({ key }) => !completed.has(key)),
  };
}

const isUsable = (item: SearchResult, scope: Pick<SearchScope, 'activationId' | 'newSearches'>): boolean =>
  !scope.newSearches.includes(item.search) || hasCompleted(item, scope);

/**
 * The searches of a configuration whose stored matches are out of date: the previous activation lacks them, or does not
 * use their matches either.
 */
export function listNewSearches(
  next: Configuration,
  previous: SearchScope | undefined,
  items: readonly SearchResult[],
): readonly string[] {
  const searches = listSearches(next).map(({ key }) => key);
  if (previous === undefined) return searches;
  const before = new Set(listSearches(previous.configuration).map(({ key }) => key));
  const stored = new Map(items.map((item) => [item.search, item]));
  return searches.filter((search) => {
    const item = stored.get(search);
    return !before.has(search) || item === undefined || !isUsable(item, previous);
  });
}

/**
 * Whether managed content may be removed from a resource without grants: its account is central, and every search of
 * its kind, account and region has completed. So no pattern can match the resource unseen.
 */
export function isRevocable(
  {
    configuration,
    openSearches,
  }: Pick<SearchScope, 'configuration'> & Pick<ResolvedSearches, 'openSearches'>,
  key: string,
): boolean {
  const { kind, accountId, region } = parseResourceKey(key);
  const mayMatch = (search: ConfiguredSearch): boolean =>
    search.kind === kind && search.accountId === accountId && search.region === region;
  return listCentralNames(configuration, accountId).length > 0 && !openSearches.some(mayMatch);
}
