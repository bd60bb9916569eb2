import type { Account } from '../shared/organization/account.ts';
import type { World } from '../simulator/world.ts';
import type { Stage } from './play.ts';

export type WorldAccount = Account;

/** The accounts as the organisation has them now, each with what it waits for by the registry. */
export async function worldAccounts({ organisation, inner }: Stage): Promise<readonly WorldAccount[]> {
  const { world } = organisation;
  const waiting = new Map(
    (await inner.registry.accounts()).flatMap(({ id, approval }) =>
      approval === undefined ? [] : [[id, approval] as const],
    ),
  );
  return [...world.accounts.values()].map((account) => {
    const approval = waiting.get(account.id);
    return {
      ...account,
      ...positionOf(world, account.parentId),
      ...(approval === undefined ? {} : { approval }),
    };
  });
}

function positionOf(
  { organizationalUnits }: Pick<World, 'organizationalUnits'>,
  parentId: string,
): { parentIds: string[]; ouPath: string } {
  const ou = organizationalUnits.get(parentId);
  if (ou === undefined) return { parentIds: [parentId], ouPath: '' };
  const above = positionOf({ organizationalUnits }, ou.parentId);
  return {
    parentIds: [...above.parentIds, parentId],
    ouPath: above.ouPath === '' ? ou.name : `${above.ouPath}/${ou.name}`,
  };
}
