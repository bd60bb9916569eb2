import type { OrganizationsClient } from '@aws-sdk/client-organizations';
import { type Clock, type Random, timestamp } from '../platform/clock.ts';
import type { RegistryStore } from '../store/ports.ts';
import { positionBelow } from './describe-account.ts';
import { ouNamesOf, ouPathOf } from './ou-path.ts';
import { rememberedOus } from './remembered-ous.ts';
import { deleted, type EmptyOus, type OuTree, ouTreeOf, type StoredOus, storedOuIds } from './stored-ous.ts';

interface Asking {
  readonly registry: RegistryStore;
  readonly organizations: OrganizationsClient;
  readonly clock: Clock;
  readonly random?: Random;
}

/** Organizations answers DescribeOrganizationalUnit twice a second, and a function has five minutes. */
const mostOus = 100;

/**
 * Asks Organizations for the stored OUs that no account is in, and remembers the answers. Accounts tell of all other OUs.
 */
export async function lookAtEmptyOus(asking: Asking, stored: StoredOus): Promise<void> {
  if (Object.keys(stored).length === 0) return;
  const tree = ouTreeOf(await asking.registry.accounts());
  const empty = storedOuIds(stored).filter((id) => !tree.has(id));
  for (const id of empty.slice(0, mostOus)) await lookAt(asking, id);
}

async function lookAt(asking: Asking, id: string): Promise<void> {
  const { registry, organizations, clock } = asking;
  const askedAt = timestamp(clock);
  try {
    await positionBelow(organizations, id, rememberedOus(asking, { trust: false }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'OrganizationalUnitNotFoundException') throw error;
    await registry.putOu({ id, name: '', parentId: '', askedAt, deleted: true });
  }
}

/** What is remembered of the stored OUs that no account is in; nothing of those that nobody has asked for. */
export async function emptyOusOf(
  registry: Pick<RegistryStore, 'ou'>,
  stored: StoredOus,
  tree: OuTree,
): Promise<EmptyOus> {
  const known = new Map<string, string>();
  for (const id of storedOuIds(stored).filter((each) => !tree.has(each))) {
    const path = await rememberedPath(registry, tree, id);
    if (path !== undefined) known.set(id, path);
  }
  return known;
}

/** `undefined` where a name on the way to the root is not known. */
async function rememberedPath(
  registry: Pick<RegistryStore, 'ou'>,
  tree: OuTree,
  id: string,
): Promise<string | undefined> {
  const ou = await registry.ou(id);
  if (ou === undefined) return undefined;
  if (ou.deleted === true) return deleted;
  const { name, parentId } = ou;
  if (parentId.startsWith('r-')) return ouPathOf([name]);
  const parent = tree.get(parentId) ?? (await rememberedPath(registry, tree, parentId));
  return parent === undefined || parent === deleted ? undefined : ouPathOf([...ouNamesOf(parent), name]);
}
