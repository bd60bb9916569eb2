import { type GrantContext, type ResourceSearch, searchKey } from '../grants/contract.ts';
import type { GrantEntry } from '../grants/grant-schema.ts';
import { grantKind } from '../grants/kinds.ts';
import { perObject } from '../platform/memoize.ts';
import { byText } from '../platform/order.ts';
import { grantContext } from './context.ts';
import type { Configuration } from './schema.ts';

/** Keys of the resources that each search has found, by `searchKey`. */
export type Found = ReadonlyMap<string, readonly string[]>;

export const nothingFound: Found = new Map();

/** One search, and the names of the grants that it is for. */
export interface ConfiguredSearch extends ResourceSearch {
  readonly key: string;
  readonly grants: readonly string[];
}

/** Every search of a configuration once, ordered by key. */
export function searchesOf(configuration: Configuration): readonly ConfiguredSearch[] {
  const context = grantContext(configuration);
  const all = configuration.grants.flatMap((entry) =>
    entrySearches(entry, context).map((search) => ({ ...search, key: searchKey(search), grant: entry.name })),
  );
  return [...Map.groupBy(all, ({ key }) => key).values()]
    .flatMap((same) => {
      const [first] = same;
      if (first === undefined) return [];
      const { grant: _, ...search } = first;
      return [{ ...search, grants: same.map(({ grant }) => grant) }];
    })
    .sort(byText(({ key }) => key));
}

const entrySearches = (entry: GrantEntry, context: GrantContext): readonly ResourceSearch[] =>
  grantKind(entry.kind).discovery?.searches(entry, context) ?? [];

/** Keys of the resources that were found for one entry of a configuration. */
export const foundBy = (entry: GrantEntry, configuration: Configuration, found: Found): readonly string[] =>
  (searchKeys(configuration).get(entry) ?? []).flatMap((key) => found.get(key) ?? []);

const searchKeys = perObject(
  (configuration: Configuration): ReadonlyMap<GrantEntry, readonly string[]> =>
    new Map(
      configuration.grants.map((entry) => [
        entry,
        entrySearches(entry, grantContext(configuration)).map(searchKey),
      ]),
    ),
);
