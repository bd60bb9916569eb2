import type { SimulatedWorld } from '../../../../simulator/world.ts';
import { documentReader } from '../document-reader.ts';
import { documentOf } from '../policies.ts';
import { byOtherRole, byRole } from '../probes.ts';
import type { Reader } from '../reader.ts';
import type { Request } from '../requests.ts';
import type { Ref } from '../resources.ts';

const arnOf = ({ accountId, id }: Ref): string => `arn:aws:iam::${accountId}:role/${id}`;

/** The path of the roles with a trust grant in the simulated organization. */
const readers = '/readers/';

export const trustedRoles: Reader = documentReader({
  limit: 2_048,
  named: (entry) => ('role' in entry ? [String(entry.role)] : []),
  patterns: () => ({ names: [], tags: undefined }),
  all: (world: SimulatedWorld) =>
    [...world.roles.values()]
      .filter(({ path }) => path === readers)
      .map(({ accountId, path, name }) => ({
        accountId,
        region: 'us-east-1',
        id: `${path.slice(1)}${name}`,
        tags: {},
      })),
  documents: (world, ref) => [documentOf(world.roles.get(arnOf(ref))?.trust)],
  probes: (grantCase) => {
    const resource = arnOf(grantCase.ref);
    const { externalId } = grantCase.entry as { readonly externalId?: string };
    const keys = externalId === undefined ? {} : { 'sts:ExternalId': externalId };
    const assume = (given: Request['keys']) =>
      byRole(grantCase, { action: 'sts:AssumeRole', resource, keys: given });
    return {
      allowed: [assume(keys)],
      refused: [
        ...(externalId === undefined ? [] : [assume({}), assume({ 'sts:ExternalId': `${externalId}0` })]),
        byRole(grantCase, { action: 'sts:TagSession', resource, keys }),
        ...byOtherRole(grantCase, { action: 'sts:AssumeRole', resource, keys }),
      ],
    };
  },
});
