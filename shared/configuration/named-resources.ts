import { resourceKey } from '../grants/contract.ts';
import type { GrantEntry } from '../grants/grant-schema.ts';
import { grantKind } from '../grants/kinds.ts';
import { perObject } from '../platform/memoize.ts';
import { grantContext } from './context.ts';
import type { Configuration } from './schema.ts';
import { type Found, foundBy } from './searches.ts';

/** The keys of the same. */
export const desiredKeys = (configuration: Configuration, found: Found): ReadonlySet<string> =>
  new Set(
    configuration.grants.flatMap((entry) => [
      ...namedBy(entry, configuration),
      ...foundBy(entry, configuration, found),
    ]),
  );

/** Keys of the resources that one entry of a configuration names. */
export const namedBy = (entry: GrantEntry, configuration: Configuration): ReadonlySet<string> =>
  namedKeys(configuration).get(entry) ?? new Set();

const namedKeys = perObject(
  (configuration: Configuration): ReadonlyMap<GrantEntry, ReadonlySet<string>> =>
    new Map(
      configuration.grants.map((entry) => {
        const refs = grantKind(entry.kind).resources(entry, grantContext(configuration));
        return [entry, new Set(refs.map(resourceKey))];
      }),
    ),
);
