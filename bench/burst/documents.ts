import { findAccountIds } from '../../shared/iam/accounts.ts';
import { parsePolicy } from '../../shared/iam/document.ts';
import { listDesiredResources } from '../../shared/reconcile/desired-resources.ts';
import type { SimulatedWorld } from '../../simulator/world.ts';
import type { Scene } from './scene.ts';

/**
 * The accounts that the configuration gives a resource and that the resource lacks: `<account> <resource>`, each once.
 */
export function missingGrants(
  { configuration, organization: { world } }: Pick<Scene, 'configuration' | 'organization'>,
  ids: readonly string[],
): readonly string[] {
  const accounts = ids.flatMap((id) => {
    const account = world.accounts.get(id);
    return account === undefined ? [] : { ...account, ...placeOf(world, account.parentId) };
  });
  return listDesiredResources(configuration, accounts).flatMap(({ key, ref, shares }) => {
    const named = namedIn(world, ref);
    const due = new Set(shares.flatMap((share) => share.accounts.map(({ id }) => id)));
    return [...due].filter((id) => !named.has(id)).map((id) => `${id} ${key}`);
  });
}

function placeOf(
  { organizationalUnits }: SimulatedWorld,
  parentId: string,
): { readonly parentIds: readonly string[]; readonly ouPath: string } {
  const names: string[] = [];
  const parentIds = [parentId];
  for (
    let ou = organizationalUnits.get(parentId);
    ou !== undefined;
    ou = organizationalUnits.get(ou.parentId)
  ) {
    names.unshift(ou.name);
    parentIds.unshift(ou.parentId);
  }
  return { parentIds, ouPath: names.join('/') };
}

interface Ref {
  readonly accountId: string;
  readonly id: string;
}

/** The accounts that the policies of a resource name, in managed and unmanaged statements. */
const namedIn = (world: SimulatedWorld, ref: Ref): ReadonlySet<string> =>
  new Set(
    policiesOf(world, ref).flatMap((text) =>
      parsePolicy(text, ref.id).Statement.flatMap((statement) => [...findAccountIds(statement)]),
    ),
  );

function policiesOf(world: SimulatedWorld, { accountId, id }: Ref): readonly string[] {
  const [, group] = /^group\/(.+)$/.exec(id) ?? [];
  if (group !== undefined) return attachedTo(world, accountId, group);
  const { buckets, keys, repositories, secrets } = world;
  const all = [buckets, keys, repositories, secrets].flatMap((map) => [...map.values()]);
  const resource = all.find((each) => each.accountId === accountId && each.name === id);
  return resource?.policy === undefined ? [] : [resource.policy];
}

function attachedTo(world: SimulatedWorld, accountId: string, name: string): readonly string[] {
  const group = [...world.groups.values()].find((each) => each.accountId === accountId && each.name === name);
  return [...(group?.attached ?? [])].flatMap((arn) => {
    const policy = world.managedPolicies.get(arn);
    return policy?.versions.find(({ id }) => id === policy.defaultVersion)?.document ?? [];
  });
}
