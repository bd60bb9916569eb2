import { emptyOusOf } from '../accounts/empty-ous.ts';
import { noStoredOus, ouTreeOf } from '../accounts/stored-ous.ts';
import type { Services } from './services.ts';
import { type UnresolvedPath, type UnresolvedSource, unresolvedPaths } from './unresolved-ous.ts';

/** The paths of OUs that do not name any more what they named when the configuration was activated. */
export async function findUnresolvedPaths(
  { store }: Pick<Services, 'store'>,
  source: Omit<UnresolvedSource, 'emptyOus'>,
): Promise<readonly UnresolvedPath[]> {
  const { active, accounts } = source;
  const { ous = noStoredOus } = active;
  if (Object.keys(ous).length === 0) return [];
  const emptyOus = await emptyOusOf(store.registry, ous, ouTreeOf(accounts));
  return unresolvedPaths({ ...source, emptyOus });
}
