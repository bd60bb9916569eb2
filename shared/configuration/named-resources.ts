import { formatResourceKey } from '../grants/contract.ts';
import type { GrantEntry } from '../grants/grant-schema.ts';
import { getGrantKind } from '../grants/kinds.ts';
import { memoizeByObject } from '../platform/memoize.ts';
import { getGrantContext } from './context.ts';
import type { Configuration } from './schema.ts';
import { getMatches, type SearchMatches } from './searches.ts';

/** The keys of all resources with a grant: named resources, and matches of patterns. */
export const listDesiredKeys = (configuration: Configuration, matches: SearchMatches): ReadonlySet<string> =>
  new Set(
    configuration.grants.flatMap((entry) => [
      ...listNamedKeys(entry, configuration),
      ...getMatches(entry, configuration, matches),
    ]),
  );

/** Keys of the resources that one entry of a configuration names. */
export const listNamedKeys = (entry: GrantEntry, configuration: Configuration): ReadonlySet<string> =>
  namedKeys(configuration).get(entry) ?? new Set();

const namedKeys = memoizeByObject(
  (configuration: Configuration): ReadonlyMap<GrantEntry, ReadonlySet<string>> =>
    new Map(
      configuration.grants.map((entry) => {
        const refs = getGrantKind(entry.kind).listResources(entry, getGrantContext(configuration));
        return [entry, new Set(refs.map(formatResourceKey))];
      }),
    ),
);
