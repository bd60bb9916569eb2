import type { ResourceChange, ResourceState } from '../store/ports.ts';
import { isOpenConflict } from './conflict.ts';

interface Sought {
  readonly revision: number;
  readonly hash: string;
  readonly grants: readonly string[];
  /** Default: all accounts. */
  readonly accountIds?: readonly string[] | undefined;
}

/**
 * Whether a resource needs no look: it was written from this revision or a later one, by this configuration, it is not
 * in conflict, and the same grants meet on it, which patterns can change without any of that.
 */
export const isUpToDate = (
  state: ResourceState | undefined,
  { revision, hash, grants, accountIds }: Sought,
): boolean =>
  state?.lastReconciliation !== undefined &&
  !isOpenConflict(state.conflict) &&
  state.writeInProgress !== 'other-configuration' &&
  getEffectiveRevision(state, accountIds) >= revision &&
  state.lastReconciliation.configurationHash === hash &&
  state.lastReconciliation.grants.join() === grants.join();

/** How many reconciliations were completed. */
export const getGeneration = (state: ResourceState | undefined): number =>
  state?.lastReconciliation?.generation ?? 0;

/**
 * The revision that these accounts are served from. One that AWS refuses leaves the resource unsettled for itself and for
 * a sweep, and not for a crowd that came with it.
 */
export function getEffectiveRevision(
  { lastReconciliation, tried }: ResourceState,
  accountIds: readonly string[] = [],
): number {
  const { revision = 0 } = lastReconciliation ?? {};
  if (tried === undefined || accountIds.length === 0) return revision;
  return accountIds.some((id) => tried.setAside.includes(id)) ? revision : tried.revision;
}

/**
 * Whether a resource is looked at though it is settled. What the plan could not read or render is met again, so that its
 * error is not lost; an attempt's that was busy is. What others did to what is theirs is remembered, so that the next sweep
 * does not tell of it again.
 */
export const needsReconcileAnyway = ({
  error,
  outcome,
  drift,
}: Pick<ResourceChange, 'error' | 'outcome' | 'drift'>): boolean =>
  (error !== undefined && outcome === undefined) || drift === 'unmanaged-change';

/**
 * Whether somebody's grace is not remembered: no run knows the account as one that leaves, and others have let it in. Until
 * it is, the grace would begin anew with each plan.
 */
export const hasNewGrace = (
  { leaving = {} }: Pick<ResourceChange, 'leaving'>,
  state: Pick<ResourceState, 'leaving'> | undefined,
): boolean => Object.keys(leaving).some((id) => state?.leaving?.[id] === undefined);
