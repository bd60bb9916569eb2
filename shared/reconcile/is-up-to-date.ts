import type { ResourceChange, ResourceState } from '../store/ports.ts';
import { isOpenConflict } from './conflict.ts';
import { getHolds, indexRemovals, listHeldAccounts } from './holds.ts';

interface Sought {
  readonly revision: number;
  readonly hash: string;
  readonly grants: readonly string[];
  /** Default: all accounts. */
  readonly accountIds?: readonly string[] | undefined;
}

/**
 * Whether a resource needs no check: it was written from this revision or a later one, by this configuration; it is not
 * in conflict; and its grants are unchanged, which new matches of a pattern can change alone.
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
 * The revision from which the accounts are served. A rejected principal keeps the resource from being up to date for
 * itself, and for a run for all accounts.
 * @param accountIds default: all accounts
 */
export function getEffectiveRevision(state: ResourceState, accountIds: readonly string[] = []): number {
  const rejected = listHeldAccounts(getHolds(state), 'rejected-principal');
  const isServed =
    rejected.length === 0 || (accountIds.length > 0 && !accountIds.some((id) => rejected.includes(id)));
  return isServed ? (state.lastReconciliation?.revision ?? 0) : 0;
}

/**
 * Whether a resource is reconciled although it is up to date. If the plan could not read or render it, the error must
 * be reported again. An attempt that found it busy is repeated. Changes of unmanaged statements are stored, so that the
 * next sweep does not report them again.
 */
export const needsReconcileAnyway = ({
  error,
  outcome,
  drift,
}: Pick<ResourceChange, 'error' | 'outcome' | 'drift'>): boolean =>
  (error !== undefined && outcome === undefined) || drift === 'unmanaged-change';

/**
 * Whether the table does not have a grace period yet: an external change gave the account access, and no run has saved
 * the end. Until then the grace period would begin again with each plan.
 */
export const hasNewGrace = (
  { holds = [] }: Pick<ResourceChange, 'holds'>,
  state: Pick<ResourceState, 'holds'> | undefined,
): boolean =>
  listHeldAccounts(holds, 'grace-period').some(
    (id) => indexRemovals(getHolds(state)).get(id)?.since === undefined,
  );
