import { parseStoredConfiguration } from '../configuration/active-configuration.ts';
import { ConfigurationError } from '../configuration/errors.ts';
import type { Configuration } from '../configuration/schema.ts';
import { everFound, hasSearched, toSearchMatches } from '../configuration/search-results.ts';
import { type ConfiguredSearch, listSearches } from '../configuration/searches.ts';
import { parseResourceKey } from '../grants/contract.ts';
import { fitsGlob } from '../grants/discovery.ts';
import type { SearchResult, StoredConfiguration } from '../store/ports.ts';
import type { DesiredResource } from './desired-resource.ts';
import { listDesiredResources, listGrantNames } from './desired-resources.ts';

/**
 * What is known of searches when another configuration comes into force. A pattern that nobody has looked for begins
 * with the resources that its grant had before, so that a look that fails takes nothing away. A pattern that is
 * dropped finds nothing any more, and is looked for anew if it comes back. Items that stay are the same values. Pure.
 */
export function carriedOver({
  previous,
  configuration,
  known,
}: {
  readonly previous: StoredConfiguration | undefined;
  readonly configuration: Configuration;
  readonly known: readonly SearchResult[];
}): readonly SearchResult[] {
  const searches = listSearches(configuration);
  const keys = new Set(searches.map(({ key }) => key));
  const before = resourcesBefore(previous, known);
  const seeded = searches.flatMap((search) => seed(search, before, known));
  const replaced = new Set(seeded.map(({ search }) => search));
  const others = known.filter(({ search }) => !replaced.has(search));
  return [...seeded, ...others.map((item) => (keys.has(item.search) ? item : retired(item)))];
}

/** Nothing where the configuration before has a format that is not known any more. */
function resourcesBefore(
  previous: StoredConfiguration | undefined,
  known: readonly SearchResult[],
): readonly DesiredResource[] {
  if (previous === undefined) return [];
  try {
    return listDesiredResources(parseStoredConfiguration(previous), [], toSearchMatches(known));
  } catch (error) {
    if (error instanceof ConfigurationError) return [];
    throw error;
  }
}

function seed(
  search: ConfiguredSearch,
  before: readonly DesiredResource[],
  known: readonly SearchResult[],
): readonly SearchResult[] {
  const item = known.find((each) => each.search === search.key);
  if (hasSearched(item)) return [];
  const had = before.filter((resource) => isLikely(search, resource)).map(({ key }) => key);
  const matching = [...new Set([...(item?.matching ?? []), ...had])].sort();
  if (matching.length === (item?.matching.length ?? 0)) return [];
  const former = (item?.former ?? []).filter((key) => !matching.includes(key));
  const { unreadable: _, ...kept } = item ?? {};
  return [{ ...kept, search: search.key, matching, former, generation: (item?.generation ?? 0) + 1 }];
}

/** A resource of one of the search's grants that it may well find again. */
const isLikely = ({ grants, pattern, ...search }: ConfiguredSearch, resource: DesiredResource): boolean => {
  const { kind, accountId, region, id } = parseResourceKey(resource.key);
  return (
    kind === search.kind &&
    accountId === search.accountId &&
    region === search.region &&
    listGrantNames(resource).some((grant) => grants.includes(grant)) &&
    (!('name' in pattern) || fitsGlob(id, pattern.name))
  );
};

function retired(item: SearchResult): SearchResult {
  if (!hasSearched(item) && item.matching.length === 0) return item;
  const former = [...new Set(everFound([item]))].sort();
  return { search: item.search, matching: [], former, generation: item.generation + 1 };
}
