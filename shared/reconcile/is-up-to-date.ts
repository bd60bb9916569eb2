import type { ResourceChange, ResourceState } from '../store/ports.ts';
import { isOpenConflict } from './conflict.ts';
import { getHolds, indexRemovals, listHeldAccounts } from './holds.ts';

interface Sought {
  readonly revision: number;
  readonly activationId: string;
  readonly grants: readonly string[];
  /** The accounts to check. Default: all accounts. */
  readonly accountIds?: readonly string[] | undefined;
}

/**
 * Whether a resource needs no reconciliation: a run with this configuration, these grants and this registry revision or
 * a later one has completed, and no conflict is open. The grants are compared because a new match of a pattern can
 * change them without a new configuration.
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

/** How many reconciliations of the resource have completed. */
export const getGeneration = (state: ResourceState | undefined): number =>
  state?.lastReconciliation?.generation ?? 0;

/**
 * The registry revision up to which the resource's policy serves these accounts. 0 if AWS has rejected one of them, so
 * that a run tries it again.
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
 * - The plan failed: the run must report the error again.
 * - Unmanaged statements have changed: the run must store the change, or every sweep would report it again.
 */
export const needsReconcileAnyway = ({
  error,
  outcome,
  drift,
}: Pick<ResourceChange, 'error' | 'outcome' | 'drift'>): boolean =>
  (error !== undefined && outcome === undefined) || drift === 'unmanaged-change';

/**
 * Whether the plan begins a grace period that the table does not have yet. Its start must be saved, or each later plan
 * would begin it again. Example: an external change gave an account access that no grant gives.
 */
export const hasNewGrace = (
  { holds = [] }: Pick<ResourceChange, 'holds'>,
  state: Pick<ResourceState, 'holds'> | undefined,
): boolean =>
  listHeldAccounts(holds, 'grace-period').some(
    (id) => indexRemovals(getHolds(state)).get(id)?.since === undefined,
  );
