import { parseResourceKey } from '../grants/contract.ts';
import type { SearchResult } from '../store/ports.ts';
import { listCentralNames } from './context.ts';
import type { Configuration } from './schema.ts';
import { type ConfiguredSearch, listSearches, type SearchMatches } from './searches.ts';

/** The part of an activation that decides which stored search results may be used. */
export interface SearchScope {
  readonly configuration: Configuration;
  /** The id of the activation, as `getActivationId` writes it. */
  readonly activationId: string;
  /** As in `StoredConfiguration`: searches that the configuration before did not have. */
  readonly newSearches: readonly string[];
}

/** What the stored search results mean for one activation. */
export interface ResolvedSearches {
  /** The matches of each search when it last succeeded. */
  readonly matches: SearchMatches;
  /** Searches that have not succeeded since this activation. */
  readonly openSearches: readonly ConfiguredSearch[];
}

/** Whether a search has succeeded since this activation. It does not matter whether it failed later. */
export const hasCompleted = (
  item: Pick<SearchResult, 'completed'> | undefined,
  { activationId }: Pick<SearchScope, 'activationId'>,
): boolean => item?.completed?.activationId === activationId;

/**
 * The matches of each search when it last succeeded. A search that is new in this activation has no matches until it
 * succeeds.
 */
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
 * The searches whose stored matches a new activation cannot use: the previous activation did not have these searches,
 * or could not use their matches either.
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
 * Whether managed statements may be removed from a resource without grants. The resource must be in a central account,
 * and every search of its kind, account and region must have succeeded. Otherwise a pattern might still match the
 * resource.
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
