import { formatSearchKey, type GrantContext, type ResourceSearch } from '../grants/contract.ts';
import type { GrantEntry } from '../grants/grant-schema.ts';
import { getGrantKind } from '../grants/kinds.ts';
import { memoizeByObject } from '../platform/memoize.ts';
import { compareByText } from '../platform/order.ts';
import { getGrantContext } from './context.ts';
import type { Configuration } from './schema.ts';

/** The resources that each search matched: from `formatSearchKey` of a search to keys of resources. */
export type SearchMatches = ReadonlyMap<string, readonly string[]>;

export const noMatches: SearchMatches = new Map();

/** A search, with the names of the grants that have its pattern. */
export interface ConfiguredSearch extends ResourceSearch {
  readonly key: string;
  readonly grants: readonly string[];
}

/** All searches of a configuration, each once, ordered by key. */
export const listSearches = memoizeByObject((configuration: Configuration): readonly ConfiguredSearch[] => {
  const context = getGrantContext(configuration);
  const all = configuration.grants.flatMap((entry) =>
    entrySearches(entry, context).map((search) => ({
      ...search,
      key: formatSearchKey(search),
      grant: entry.name,
    })),
  );
  return [...Map.groupBy(all, ({ key }) => key).values()]
    .flatMap((same) => {
      const [first] = same;
      if (first === undefined) return [];
      const { grant: _, ...search } = first;
      return [{ ...search, grants: same.map(({ grant }) => grant) }];
    })
    .sort(compareByText(({ key }) => key));
});

const entrySearches = (entry: GrantEntry, context: GrantContext): readonly ResourceSearch[] =>
  getGrantKind(entry.kind).discovery?.listSearches(entry, context) ?? [];

/** The keys of the resources that the patterns of one entry have matched. */
export const getMatches = (
  entry: GrantEntry,
  configuration: Configuration,
  matches: SearchMatches,
): readonly string[] => (searchKeys(configuration).get(entry) ?? []).flatMap((key) => matches.get(key) ?? []);

const searchKeys = memoizeByObject(
  (configuration: Configuration): ReadonlyMap<GrantEntry, readonly string[]> =>
    new Map(
      configuration.grants.map((entry) => [
        entry,
        entrySearches(entry, getGrantContext(configuration)).map(formatSearchKey),
      ]),
    ),
);
