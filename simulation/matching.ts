import type { Configuration } from '../shared/configuration/schema.ts';
import { type ResourcePattern, resourceKey } from '../shared/grants/contract.ts';
import { fitsGlob, hasTags } from '../shared/grants/discovery.ts';
import { type Found, searchesOf } from '../shared/plan/searches.ts';
import type { Tags, World } from '../simulator/world.ts';

/** Something that a pattern may match. */
interface Candidate {
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly tags: Tags;
}

/** What the patterns of a configuration match now. */
export function foundIn(world: World, configuration: Configuration): Found {
  const searches = searchesOf(configuration);
  return new Map(
    searches.map(({ key, kind, accountId, region, pattern }) => {
      const matching = (candidates[kind]?.(world) ?? []).filter(
        (each) => each.accountId === accountId && each.region === region && fits(each, pattern),
      );
      return [key, matching.map(({ id }) => resourceKey({ kind, accountId, region, id })).sort()];
    }),
  );
}

const fits = ({ id, tags }: Candidate, pattern: ResourcePattern): boolean =>
  'name' in pattern
    ? fitsGlob(id, pattern.name)
    : hasTags(
        Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        pattern,
      );

const named = ({ name, ...rest }: Omit<Candidate, 'id'> & { readonly name: string }): Candidate => ({
  ...rest,
  id: name,
});

/** Keys that are not planned for deletion. */
const keys = (world: World): readonly Candidate[] =>
  [...world.keys.values()].filter(({ state }) => !state.startsWith('Pending')).map(named);

const candidates: Readonly<Record<string, (world: World) => readonly Candidate[]>> = {
  'ecr-repository-policy': ({ repositories }) => [...repositories.values()].map(named),
  'secret-resource-policy': ({ secrets }) => [...secrets.values()].map(named),
  'kms-key-policy': keys,
  'kms-grant': keys,
  'ami-launch-permission': ({ images }) => [...images.values()].filter(({ state }) => state === 'available'),
};
