import type { ResourceChange, ResourceState } from '../store/ports.ts';
import { isOpenConflict } from './conflict.ts';
import { getHolds, indexRemovals, listHeldAccounts } from './holds.ts';

interface Sought {
  readonly revision: number;
  readonly activationId: string;
  readonly grants: readonly string[];
  /** Default: all accounts. */
  readonly accountIds?: readonly string[] | undefined;
}

/**
 * Whether a resource needs no reconciliation. It was written from this revision or a later one and by this
 * configuration, it has no open conflict, and its grants are unchanged. New matches of a pattern can change the grants
 * without a new configuration.
 */
export const isUpToDate = (
  state: ResourceState | undefined,
  { revision, activationId, grants, accountIds }: Sought,
): boolean =>
  state?.lastReconciliation !== undefined &&
  !isOpenConflict(state.conflict) &&
  state.writeInProgress !== 'other-configuration' &&
  getEffectiveRevision(state, accountIds) >= revision &&
  state.lastReconciliation.activationId === activationId &&
  state.lastReconciliation.grants.join() === grants.join();

/** How many reconciliations were completed. */
export const getGeneration = (state: ResourceState | undefined): number =>
  state?.lastReconciliation?.generation ?? 0;

/**
 * The registry revision that the resource's policy has for these accounts. 0 if one of them is a rejected principal, so
 * that a run tries it again. A run for all accounts gets 0 if any account is rejected.
 * @param accountIds default: all accounts
 */
export function getEffectiveRevision(state: ResourceState, accountIds: readonly string[] = []): number {
  const rejected = listHeldAccounts(getHolds(state), 'rejected-principal');
  const isServed =
    rejected.length === 0 || (accountIds.length > 0 && !accountIds.some((id) => rejected.includes(id)));
  return isServed ? (state.lastReconciliation?.revision ?? 0) : 0;
}

/**
 * Whether a resource must be reconciled although it is up to date:
 * - The plan could not read or render it: its error must be reported again.
 * - Unmanaged statements have changed: the change is stored, or every sweep would report it again.
 */
export const needsReconcileAnyway = ({
  error,
  outcome,
  drift,
}: Pick<ResourceChange, 'error' | 'outcome' | 'drift'>): boolean =>
  (error !== undefined && outcome === undefined) || drift === 'unmanaged-change';

/**
 * Whether the plan begins a grace period that the table does not have yet. Example: an external change gave an account
 * access. Without a saved start, each plan would begin the grace period again.
 */
export const hasNewGrace = (
  { holds = [] }: Pick<ResourceChange, 'holds'>,
  state: Pick<ResourceState, 'holds'> | undefined,
): boolean =>
  listHeldAccounts(holds, 'grace-period').some(
    (id) => indexRemovals(getHolds(state)).get(id)?.since === undefined,
  );
