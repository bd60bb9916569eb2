import type { Services } from '../reconcile/services.ts';
import {
  formatUnresolvedPaths,
  isIncomplete,
  type UnresolvedPath,
  type UnresolvedSource,
} from '../reconcile/unresolved-ous.ts';
import { findUnresolvedPaths } from '../reconcile/unresolved-paths.ts';
import type { RunRecord } from '../store/ports.ts';

export interface RunScope {
  readonly runId: string;
  /** The accounts that the run is for. Empty for a sweep. */
  readonly accountIds: readonly string[];
  readonly sweep: boolean;
}

/**
 * Stores in the run's record that OU paths name other OUs than at the activation. For a sweep, such a path is
 * unfinished work, because some accounts could not be selected. The same applies to a run whose own account gets no
 * access because of the path. For all other runs it is a warning.
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
  const open = unresolved.filter(isLeft);
  const warnings = unresolved.filter((path) => !isLeft(path));
  await runs.put({ ...run, ...appended('unresolved', run, open), ...appended('warnings', run, warnings) });
}

const appended = (field: 'unresolved' | 'warnings', run: RunRecord, paths: readonly UnresolvedPath[]) =>
  paths.length === 0 ? {} : { [field]: [...(run[field] ?? []), ...paths.map(formatUnresolvedPaths)] };
