import { readEmptyOus } from '../accounts/empty-ous.ts';
import { buildOuTree, noStoredOus } from '../accounts/stored-ous.ts';
import type { Services } from './services.ts';
import { listUnresolvedPaths, type UnresolvedPath, type UnresolvedSource } from './unresolved-ous.ts';

/** The OU paths of the active configuration that named other OUs when the configuration was activated. */
export async function findUnresolvedPaths(
  { store }: Pick<Services, 'store'>,
  source: Omit<UnresolvedSource, 'emptyOus'>,
): Promise<readonly UnresolvedPath[]> {
  const { active, accounts } = source;
  const { ous = noStoredOus } = active;
  if (Object.keys(ous).length === 0) return [];
  const emptyOus = await readEmptyOus(store.registry, ous, buildOuTree(accounts));
  return listUnresolvedPaths({ ...source, emptyOus });
}
