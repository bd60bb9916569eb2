import type { SimulatedWorld } from '../../../../simulator/world.ts';
import type { Entry } from '../entry.ts';
import type { Patterns, Reader } from '../reader.ts';
import type { Ref } from '../resources.ts';

/** Others have shared each image with this account outside the organization. */
const partner = '999988887777';
const partners = 1;

/** The accounts with which an image is shared, without the partner. */
const sharedWith = (world: SimulatedWorld, { id }: Ref): readonly string[] =>
  (world.images.get(id)?.launchPermissions ?? []).flatMap(({ UserId }) =>
    UserId === undefined || UserId === partner ? [] : [UserId],
  );

export const images: Reader = {
  named: (entry) => ('images' in entry ? ((entry.images ?? []) as readonly string[]) : []),
  patterns: (entry: Entry) => ({
    names: [],
    tags: 'tags' in entry ? (entry.tags as Patterns['tags']) : undefined,
  }),
  all: (world) => [...world.images.values()],
  findable: (world) => [...world.images.values()].filter(({ state }) => state === 'available'),
  holdings: (world, ref) => {
    const ids = sharedWith(world, ref);
    return ids.length === 0 ? [] : [{ mark: '', ids }];
  },
  has: (world, { ref, subject }) => (sharedWith(world, ref).includes(subject.id) ? 'everything' : 'nothing'),
  // The owner launches its own images anyway.
  needsNothing: ({ ref, subject }) => subject.id === ref.accountId,
  isFull: (_, ref, demands, { limits }) => {
    const ids = new Set(demands.flatMap(({ accountIds }) => accountIds));
    ids.delete(ref.accountId);
    return ids.size + partners > limits.launchPermissionsPerImage;
  },
  tooMuch: (world, { ref }) =>
    (world.images.get(ref.id)?.launchPermissions ?? [])
      .filter(({ UserId }) => UserId === undefined)
      .map((each) => `a launch permission for ${JSON.stringify(each)}`),
};
