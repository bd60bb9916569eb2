import type { Account, PendingApproval, Position } from '../../../shared/platform/account.ts';
import type { SimulatedAccount } from '../../../simulator/simulated-resources.ts';
import type { SimulatedWorld } from '../../../simulator/world.ts';
import { unescaped } from './globs.ts';
import type { Leaf, Tree } from './selectors.ts';

/** The present organization: the root with everything below it, with the accounts for which `isKept` is true. */
export function treeOf(
  world: SimulatedWorld,
  isKept: (account: SimulatedAccount) => boolean = isMember,
): Tree {
  const below = (id: string, name: string): Tree => ({
    id,
    name,
    accounts: [...world.accounts.values()].filter((each) => each.parentId === id && isKept(each)),
    ous: [...world.organizationalUnits.values()]
      .filter(({ parentId }) => parentId === id)
      .map((ou) => below(ou.id, ou.name)),
  });
  return below(world.settings.rootId, 'Root');
}

/** Only members get access: accounts that Organizations calls active. */
export const isMember = ({ state }: Pick<Account, 'state'>): boolean => state === 'ACTIVE';

/** One account alone in the OUs of its last approval. */
export function treeOfOne(id: string, { name, tags, parentIds, ouPath }: Position): Tree {
  const names = ['Root', ...ouPath.split('/').map(unescaped)];
  const leaf: Leaf = { id, name, tags };
  const from = (depth: number): Tree => ({
    id: parentIds[depth] ?? '',
    name: names[depth] ?? '',
    accounts: depth >= parentIds.length - 1 ? [leaf] : [],
    ous: depth >= parentIds.length - 1 ? [] : [from(depth + 1)],
  });
  return from(0);
}

/** From the root to the account's parent. */
export function parentIdsOf(
  { organizationalUnits }: SimulatedWorld,
  { parentId }: SimulatedAccount,
): readonly string[] {
  const ids = [parentId];
  for (
    let ou = organizationalUnits.get(parentId);
    ou !== undefined;
    ou = organizationalUnits.get(ou.parentId)
  )
    ids.unshift(ou.parentId);
  return ids;
}

/** The accounts that wait for approval, by id, from the registry. */
export type Waiting = ReadonlyMap<string, PendingApproval>;
