import { desiredResources } from '../../shared/plan/desired.ts';
import { accountIdsIn } from '../../shared/policy/accounts.ts';
import { parsePolicy } from '../../shared/policy/document.ts';
import type { World } from '../../simulator/world.ts';
import type { Scene } from './scene.ts';

/** Accounts among these that some resource lacks though the configuration gives it to them. */
export function lostAccounts(
  { configuration, organisation, store }: Scene,
  ids: readonly string[],
): Promise<readonly string[]> {
  const wanted = new Set(ids);
  return store.registry.accounts().then((accounts) => {
    const lost = new Set(ids.filter((id) => !accounts.some((account) => account.id === id)));
    for (const { ref, shares } of desiredResources(configuration, accounts)) {
      const named = namedIn(organisation.world, ref);
      for (const { accounts: due } of shares)
        for (const { id } of due) if (wanted.has(id) && !named.has(id)) lost.add(id);
    }
    return [...lost].sort();
  });
}

interface Ref {
  readonly kind: string;
  readonly accountId: string;
  readonly id: string;
}

/** The accounts that the policies of a resource name, whoever wrote them. */
export const namedIn = (world: World, ref: Ref): ReadonlySet<string> =>
  new Set(
    policiesOf(world, ref).flatMap((text) =>
      parsePolicy(text, ref.id).Statement.flatMap((statement) => [...accountIdsIn(statement)]),
    ),
  );

function policiesOf(world: World, { kind, accountId, id }: Ref): readonly string[] {
  if (kind === 'assume-role-permission') return attachedTo(world, accountId, id.replace('group/', ''));
  const { buckets, keys, repositories, secrets } = world;
  const all = [buckets, keys, repositories, secrets].flatMap((map) => [...map.values()]);
  const found = all.find((each) => each.accountId === accountId && each.name === id);
  return found?.policy === undefined ? [] : [found.policy];
}

function attachedTo(world: World, accountId: string, name: string): readonly string[] {
  const group = [...world.groups.values()].find((each) => each.accountId === accountId && each.name === name);
  return [...(group?.attached ?? [])].flatMap((arn) => {
    const policy = world.managedPolicies.get(arn);
    return policy?.versions.find(({ id }) => id === policy.defaultVersion)?.document ?? [];
  });
}
