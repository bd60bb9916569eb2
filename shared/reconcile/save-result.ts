import { getActivationId } from '../configuration/active-configuration.ts';
import { getTimestamp } from '../platform/clock.ts';
import { toErrorRecord } from '../platform/errors.ts';
import type { BegunWrite, Conflict, Hold, ResourceChange } from '../store/ports.ts';
import {
  type ReconcileResult,
  toAccessChanges,
  toRecordDocuments,
  toRecordedHolds,
} from './change-record.ts';
import type { ReconcileContext } from './context.ts';
import { listGrantNames } from './desired-resources.ts';
import { digestManagedStatements } from './digest.ts';
import { getHolds, indexRemovals, listHeldAccounts, mergeHolds } from './holds.ts';
import { getGeneration } from './is-up-to-date.ts';
import type { Lease } from './lease.ts';
import type { ResourcePlan } from './plan-types.ts';
import { listReadWarnings } from './read-and-plan.ts';
import { holdRejected } from './recent-rejections.ts';
import type { RecordedReadings } from './recorded-readings.ts';
import { createBlockedRemovalsError } from './removal-limit.ts';
import type { Services } from './services.ts';
import { listUnmanagedStatements } from './unmanaged-changes.ts';
import type { Written } from './write-accepted.ts';

/**
 * Saves the Sids of the new statements before the write. If the run dies after the write, the table still knows which
 * statements are managed. `writeInProgress` stays until the result is saved: until then, the resource may have a part
 * of a write by an earlier configuration.
 */
export async function rememberBeforeWriting(
  { active, state, remember }: ReconcileContext,
  { owned }: ResourcePlan,
  begunWrite: BegunWrite,
): Promise<void> {
  const { sids = [], ...digests } = state?.managed ?? {};
  const isSame =
    state?.lastReconciliation?.activationId === getActivationId(active) &&
    state.writeInProgress !== 'other-configuration';
  await remember({
    ...state,
    managed: { ...digests, sids: [...new Set([...sids, ...owned])].sort() },
    writeInProgress: isSame ? 'same-configuration' : 'other-configuration',
    begunWrite,
  });
}

/**
 * Saves the start of new grace periods if planning failed, for example because the policy is full. Otherwise each run
 * would begin them again, and they would never end. Nothing else is saved, so that later runs still notice external
 * changes.
 */
export async function rememberGraces(
  { state, remember }: ReconcileContext,
  removals: readonly Hold[],
): Promise<void> {
  const removalHolds = indexRemovals(getHolds(state));
  const added = [...indexRemovals(removals).values()].flatMap(({ accountId, since }) =>
    since === undefined || removalHolds.get(accountId)?.since !== undefined
      ? []
      : [toGracePeriod(accountId, since)],
  );
  if (state === undefined || added.length === 0) return;
  await remember({ ...state, holds: mergeHolds([...getHolds(state), ...added]) });
}

const toGracePeriod = (accountId: string, since: string): Hold => ({
  accountId,
  change: 'remove',
  reason: 'grace-period',
  since,
});

/**
 * What a reconciliation has planned, found and written. `after` is the state that was read after the write:
 * verification judges it.
 */
export interface ReconcileEnd extends Omit<Written, 'written'> {
  readonly runId: string;
  readonly plan: ResourcePlan;
  readonly before: unknown;
  readonly after: unknown;
  /** The conflict to store, if there is one. */
  readonly conflict: Conflict | undefined;
  /** Tells this resource from a later one with the same name. See `GrantKind.readIdentity`. */
  readonly identity: string | undefined;
  /** Of `readForVerification`. */
  readonly readings: RecordedReadings | undefined;
  /** The change of the run, for a result. */
  toChange(result: ReconcileResult): ResourceChange;
}

/**
 * Saves the state of the resource after the run together with the change of the run, and releases the lease.
 * @returns the change
 */
export async function saveResult(
  { clock }: Pick<Services, 'clock'>,
  context: ReconcileContext,
  lease: Lease,
  end: ReconcileEnd,
): Promise<ResourceChange> {
  const { runId, plan, conflict, identity } = end;
  const at = getTimestamp(clock);
  const { desired, active, revision, state } = context;
  const rejected = holdRejected(clock, getHolds(state), end);
  const holds = mergeHolds([...plan.holds, ...rejected]);
  const next = desired.kind.toDocuments(plan.next, plan.owned);
  const { installation } = active.configuration;
  const saved = {
    lastReconciliation: {
      runId,
      at,
      // If not all accounts fit, revision 0 means that the resource is not up to date, so the next run tries again.
      revision: plan.refused === undefined ? revision : 0,
      activationId: getActivationId(active),
      grants: listGrantNames(desired),
      generation: getGeneration(state) + 1,
    },
    managed: { sids: plan.owned, digests: digestManagedStatements(next, installation) },
    unmanaged: listUnmanagedStatements(next, installation),
    ...(identity === undefined ? {} : { identity }),
    ...(holds.length === 0 ? {} : { holds }),
    ...(conflict && { conflict }),
  };
  // Its time is not before `at`, because only such a record proves the saved state.
  const change = end.toChange(toResult(context, end, holds));
  // Lambda may suspend a function for longer than its lease. Then another run may have saved a newer state, which must
  // stay.
  lease.check();
  await lease.finish((held) => context.finish(saved, { runId, change, ...held }));
  return change;
}

const toResult = (
  context: ReconcileContext,
  { plan, before, after, excluded, readings }: ReconcileEnd,
  holds: readonly Hold[],
): ReconcileResult => {
  const { desired, active, state } = context;
  return {
    ...judge(context, plan, holds),
    ...toAccessChanges(plan, excluded),
    ...toRecordedHolds(holds, active.configuration),
    before: toRecordDocuments(desired, before, state?.managed.sids),
    after: toRecordDocuments(desired, after, plan.owned),
    ...(readings === undefined ? {} : { readings: { ...readings } }),
    ...listReadWarnings({ desired, actual: desired.kind.toDocuments(after, plan.owned) }, active),
    size: plan.size,
    limit: plan.limit,
    unit: plan.unit,
  };
};

/**
 * The outcome, and an error if there is one. A resource with a hold is `held`, unless all its holds are grace periods.
 * Blocked removals and a full policy are errors as well.
 */
function judge(
  { desired: { key }, active: { configuration }, accounts }: ReconcileContext,
  plan: ResourcePlan,
  holds: readonly Hold[],
): Pick<ReconcileResult, 'outcome' | 'error' | 'wrote'> {
  const blocked = listHeldAccounts(holds, 'removal-limit');
  const error =
    plan.refused ??
    (blocked.length === 0
      ? undefined
      : createBlockedRemovalsError(key, blocked, { configuration, accounts }));
  const isHeld = error !== undefined || holds.some(({ reason }) => reason !== 'grace-period');
  if (!isHeld) return { outcome: plan.changed ? 'written' : 'unchanged' };
  return {
    outcome: 'held',
    ...(error && { error: toErrorRecord(error) }),
    ...(plan.changed && { wrote: true }),
  };
}
