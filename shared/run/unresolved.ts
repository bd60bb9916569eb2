import { emptyOusOf } from '../organization/empty-ous.ts';
import { noStoredOus, ouTreeOf } from '../organization/stored-ous.ts';
import {
  isIncomplete,
  type UnresolvedPath,
  type UnresolvedSource,
  unresolvedPaths,
  unresolvedText,
} from '../plan/unresolved-ous.ts';
import type { Services } from '../services.ts';
import type { RunRecord } from '../store/ports.ts';

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

export interface RunScope {
  readonly runId: string;
  /** The accounts that the run is for. */
  readonly accountIds: readonly string[];
  readonly sweep: boolean;
}

/**
 * Puts unresolved paths on the record of a run. A sweep ends with them as unresolved, since its picture is incomplete. So
 * does a run whose own account is not added for that reason. Any other run only warns.
 */
export async function noteUnresolvedPaths(
  services: Pick<Services, 'store'>,
  { runId, accountIds, sweep }: RunScope,
  source: Omit<UnresolvedSource, 'emptyOus'>,
): Promise<void> {
  const unresolved = await findUnresolvedPaths(services, source);
  if (unresolved.length === 0) return;
  const isLeft = (path: UnresolvedPath): boolean =>
    sweep ? isIncomplete(path) : path.notAdded.some(({ id }) => accountIds.includes(id));
  const { runs } = services.store;
  const run = await runs.get(runId);
  if (run?.status !== 'running') return;
  const left = unresolved.filter(isLeft);
  const warnings = unresolved.filter((path) => !isLeft(path));
  await runs.put({ ...run, ...appended('left', run, left), ...appended('warnings', run, warnings) });
}

const appended = (field: 'left' | 'warnings', run: RunRecord, paths: readonly UnresolvedPath[]) =>
  paths.length === 0 ? {} : { [field]: [...(run[field] ?? []), ...paths.map(unresolvedText)] };
