import type { SimulatedWorld } from '../../../../simulator/world.ts';
import type { Entry } from '../entry.ts';
import { isHeld } from '../held.ts';
import type { Case, Patterns, Reader } from '../reader.ts';
import type { Ref } from '../resources.ts';

/** Each image is also shared with this account outside the organization, by another tool. */
const partner = '999988887777';
const partners = 1;

/** Accounts, organizations and OUs with which an image is shared, without the partner. */
const sharesOf = (world: SimulatedWorld, { id }: Ref): readonly string[] =>
  (world.images.get(id)?.launchPermissions ?? [])
    .map((each) => each.UserId ?? each.OrganizationArn ?? each.OrganizationalUnitArn ?? JSON.stringify(each))
    .filter((id) => id !== partner);

/** The ends of the ARNs with which a grant shares an image instead of accounts. */
const organizationShares = (entry: Entry): readonly string[] => {
  if (!isHeld(entry)) return [];
  return entry.for.ous?.map((ou) => `/${ou}`) ?? [':organization/o-exampleorg1'];
};

/** The launch permissions that cover the account: its id, its organization, or an OU above it. */
function isFor(share: string, { subject: { id, parentIds }, organizationId }: Case): boolean {
  if (parentIds === undefined) return share === id;
  const own = [`organization/${organizationId}`, ...parentIds.map((ou) => `ou/${organizationId}/${ou}`)];
  return share === id || own.some((resource) => share.endsWith(`:${resource}`));
}

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
  has: (world, grantCase) =>
    sharesOf(world, grantCase.ref).some((share) => isFor(share, grantCase)) ? 'everything' : 'nothing',
  // The owner can launch its own images without a share.
  needsNothing: ({ ref, subject }) => subject.id === ref.accountId,
  isFull: (_, ref, demands, { limits }) => {
    const ids = new Set(demands.flatMap(({ accountIds }) => accountIds));
    ids.delete(ref.accountId);
    const held = demands.flatMap(({ entry }) => organizationShares(entry));
    return ids.size + held.length + partners > limits.launchPermissionsPerImage;
  },
  tooMuch: (world, { ref, entry }) =>
    sharesOf(world, ref)
      .filter((share) => !/^\d{12}$/.test(share))
      .filter((share) => !organizationShares(entry).some((end) => share.endsWith(end)))
      .map((share) => `a launch permission for ${share}`),
};
