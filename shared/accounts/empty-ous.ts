import type { OrganizationsClient } from '@aws-sdk/client-organizations';
import { type Clock, getTimestamp, type Random } from '../platform/clock.ts';
import type { RegistryStore } from '../store/ports.ts';
import { resolvePositionBelow } from './describe-account.ts';
import { formatOuPath, splitOuPath } from './ou-path.ts';
import { createRememberedOuCache } from './remembered-ous.ts';
import {
  buildOuTree,
  deleted,
  type EmptyOus,
  listStoredOuIds,
  type OuTree,
  type StoredOus,
} from './stored-ous.ts';

interface Asking {
  readonly registry: RegistryStore;
  readonly organizations: OrganizationsClient;
  readonly clock: Clock;
  readonly random?: Random;
}

/**
 * How many OUs are read at most. Organizations allows two DescribeOrganizationalUnit calls a second, and a function
 * runs for at most five minutes.
 */
const maxOus = 100;

/**
 * Reads OUs of the activation that have no accounts now, and stores the answers. Only these OUs need a call of their
 * own. For all others, accounts in them show their present names.
 */
export async function checkEmptyOus(asking: Asking, stored: StoredOus): Promise<void> {
  if (Object.keys(stored).length === 0) return;
  const tree = buildOuTree(await asking.registry.listAccounts());
  const empty = listStoredOuIds(stored).filter((id) => !tree.has(id));
  for (const id of empty.slice(0, maxOus)) await lookAt(asking, id);
}

async function lookAt(asking: Asking, id: string): Promise<void> {
  const { registry, organizations, clock } = asking;
  const askedAt = getTimestamp(clock);
  try {
    await resolvePositionBelow(organizations, id, createRememberedOuCache(asking, { trust: false }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'OrganizationalUnitNotFoundException') throw error;
    await registry.putOu({ id, name: '', parentId: '', askedAt, deleted: true });
  }
}

/** The stored answers about OUs without accounts. OUs that were never read are absent. */
export async function readEmptyOus(
  registry: Pick<RegistryStore, 'getOu'>,
  stored: StoredOus,
  tree: OuTree,
): Promise<EmptyOus> {
  const pathsById = new Map<string, string>();
  for (const id of listStoredOuIds(stored).filter((each) => !tree.has(each))) {
    const path = await rememberedPath(registry, tree, id);
    if (path !== undefined) pathsById.set(id, path);
  }
  return pathsById;
}

/** The path of an OU, from stored answers. `undefined` if the name of the OU or of an OU above it is not stored. */
async function rememberedPath(
  registry: Pick<RegistryStore, 'getOu'>,
  tree: OuTree,
  id: string,
): Promise<string | undefined> {
  const ou = await registry.getOu(id);
  if (ou === undefined) return undefined;
  if (ou.deleted === true) return deleted;
  const { name, parentId } = ou;
  if (parentId.startsWith('r-')) return formatOuPath([name]);
  const parent = tree.get(parentId) ?? (await rememberedPath(registry, tree, parentId));
  return parent === undefined || parent === deleted
    ? undefined
    : formatOuPath([...splitOuPath(parent), name]);
}
