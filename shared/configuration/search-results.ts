import { parseResourceKey } from '../grants/contract.ts';
import type { SearchResult } from '../store/ports.ts';
import { listCentralNames } from './context.ts';
import { listDesiredKeys } from './named-resources.ts';
import type { Configuration } from './schema.ts';
import { listSearches, type SearchMatches } from './searches.ts';

/** What the table knows of searches, as a plan asks for it. */
export const toSearchMatches = (items: readonly SearchResult[]): SearchMatches =>
  new Map(items.map(({ search, matching }) => [search, matching]));

export const hasSearched = (item: SearchResult | undefined): boolean => item?.lookedAt !== undefined;

/** Every resource that a search has found, now or before. */
export const everFound = (items: readonly SearchResult[]): readonly string[] =>
  items.flatMap(({ matching, former }) => [...matching, ...former]);

/**
 * Which of `keys` the configuration neither names nor has found, in accounts that are central still. While nobody has
 * looked for a pattern, it may match any resource of its kind in its place: those are left as they are.
 */
export function droppedAmong(
  keys: readonly string[],
  configuration: Configuration,
  items: readonly SearchResult[],
): readonly string[] {
  const desired = listDesiredKeys(configuration, toSearchMatches(items));
  const others = [...new Set(keys)].filter((key) => !desired.has(key));
  if (others.length === 0) return [];
  const looked = new Set(items.filter(hasSearched).map(({ search }) => search));
  const open = listSearches(configuration).filter(({ key }) => !looked.has(key));
  const places = new Set(open.map(placeOf));
  return others.filter((key) => {
    const ref = parseResourceKey(key);
    return !places.has(placeOf(ref)) && listCentralNames(configuration, ref.accountId).length > 0;
  });
}

/** A kind in an account and region. */
const placeOf = ({ kind, accountId, region }: { kind: string; accountId: string; region: string }): string =>
  `${kind}/${accountId}/${region}`;
