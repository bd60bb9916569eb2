import type { SimulatedRole } from '../../../simulator/simulated-resources.ts';
import type { SimulatedWorld } from '../../../simulator/world.ts';
import { namedKeysOf } from '../oracle/expected.ts';
import { keyOf, type Ref, refOf } from '../oracle/resources.ts';
import { findPolicyResource } from '../policy-resources.ts';
import type { SimulationContext } from './context.ts';

/** Deletes a resource that the configuration names, and creates it again with its name. */
export function recreateResource(stage: SimulationContext): string | undefined {
  const { organization, draw, watch, configuration, ous } = stage;
  const refs = namedKeysOf(configuration)
    .map(refOf)
    .filter(({ kind }) => kind in makers);
  if (refs.length === 0) return undefined;
  const ref = draw.pick(refs);
  makers[ref.kind]?.(stage, ref);
  ous.recreated.add(keyOf(ref));
  const resource = findPolicyResource(organization.world, ref);
  if (resource !== undefined) watch.edited(resource);
  return `deletes and creates ${ref.kind} ${ref.id}`;
}

type Maker = (stage: Pick<SimulationContext, 'organization'>, ref: Ref) => void;

/** The time of creation, the suffix of the ARN or the unique id shows that it is another resource. */
const makers: Readonly<Record<string, Maker>> = {
  'ecr-repository-policy': ({ organization }, { accountId, region, id }) => {
    const old = named(organization.world.repositories, { accountId, id, region });
    if (old !== undefined) organization.deleteRepository(old.arn);
    organization.addRepository({ accountId, region, name: id });
  },
  'secret-resource-policy': ({ organization }, { accountId, region, id }) => {
    const { secrets } = organization.world;
    const old = named(secrets, { accountId, id, region });
    if (old !== undefined) secrets.delete(old.arn);
    const suffix = fresh(organization.world, 6);
    organization.addSecret({ accountId, region, name: id, suffix, tags: { ...old?.tags } });
  },
  'assume-role-permission': ({ organization }, { accountId, id }) => {
    const { world } = organization;
    const [entity, name = ''] = id.split('/');
    if (entity === 'role') return recreateRole(world, { accountId, id: name });
    const old = named(world.groups, { accountId, id: name });
    if (old === undefined) return;
    world.groups.set(old.arn, {
      ...old,
      uniqueId: `AGPA${fresh(world, 17).toUpperCase()}`,
      attached: new Set(),
    });
  },
  'role-trust-policy': ({ organization }, { accountId, id }) =>
    recreateRole(organization.world, { accountId, id: id.split('/').at(-1) ?? '' }),
};

/** With a trust policy for its owner. */
function recreateRole(world: SimulatedWorld, { accountId, id }: Pick<Ref, 'accountId' | 'id'>): void {
  const old = named(world.roles, { accountId, id });
  if (old === undefined) return;
  const uniqueId = `AROA${fresh(world, 17).toUpperCase()}`;
  const made: SimulatedRole = { ...old, uniqueId, trust: trustOfOwner(old), attached: new Set() };
  world.roles.set(old.arn, made);
}

const trustOfOwner = ({ accountId }: SimulatedRole): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Owner',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: 'sts:AssumeRole',
      },
    ],
  });

interface Named {
  readonly accountId: string;
  readonly name: string;
  readonly region?: string;
}

const named = <T extends Named>(
  all: ReadonlyMap<string, T>,
  { accountId, id, region }: { readonly accountId: string; readonly id: string; readonly region?: string },
): T | undefined =>
  [...all.values()].find(
    (each) => each.accountId === accountId && each.name === id && each.region === region,
  );

/** Letters and digits that no earlier resource had. */
function fresh({ settings }: SimulatedWorld, length: number): string {
  const one = (): string => Math.floor(settings.random() * 36).toString(36);
  return Array.from({ length }, one).join('');
}
