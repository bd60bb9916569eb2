import type { Configuration } from '../configuration/schema.ts';
import { addHours, type Clock, getTimestamp } from '../platform/clock.ts';
import type { Hold, ResourceChange, ResourceState } from '../store/ports.ts';
import type { DesiredResource } from './desired-resource.ts';
import { diffDocuments } from './differences.ts';
import type { ResourcePlan } from './plan-types.ts';

/** The result of reconciling one resource: what a step adds to the planned change. */
export type ReconcileResult = Omit<
  ResourceChange,
  'resource' | 'plannedAt' | 'plannedGeneration' | 'planned'
>;

/** The accounts whose access a write has changed. Empty if nothing was written. */
export function toAccessChanges(
  { changed, added, removed }: ResourcePlan,
  excluded: readonly string[] = [],
): Pick<ResourceChange, 'added' | 'removed'> {
  if (!changed) return {};
  const gained = added.filter((id) => !excluded.includes(id));
  return {
    ...(gained.length === 0 ? {} : { added: gained }),
    ...(removed.length === 0 ? {} : { removed }),
  };
}

/** Converts holds to the form of a run record. Absent if there are none. */
export function toRecordedHolds(
  holds: readonly Hold[],
  { graceHours }: Pick<Configuration, 'graceHours'>,
): Pick<ResourceChange, 'holds'> {
  const recorded = holds.map((hold) =>
    hold.reason === 'grace-period' ? { ...hold, until: addHours(hold.since, graceHours) } : hold,
  );
  return recorded.length === 0 ? {} : { holds: recorded };
}

/**
 * Converts the documents of a resource to the form of a run record. `remembered` lists the Sids and marks of managed
 * content in the table.
 */
export const toRecordDocuments = (
  { kind }: DesiredResource,
  state: unknown,
  remembered: readonly string[] = [],
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(kind.toDocuments(state, remembered)).map(([name, document]) => [name, document ?? null]),
  );

/**
 * Completes the planned change with the result of the step. A step that did nothing leaves the plan on record. A retry
 * replaces the result of an earlier attempt.
 */
export function toChangeRecord(clock: Clock, planned: ResourceChange, done: ReconcileResult): ResourceChange {
  const { outcome, error, holds = [], wrote, ...kept } = planned;
  const inGrace = holds.filter(({ reason }) => reason === 'grace-period');
  return {
    ...kept,
    ...(inGrace.length === 0 ? {} : { holds: inGrace }),
    ...done,
    finishedAt: getTimestamp(clock),
  };
}

/**
 * Drops the accounts of the plan that was made without a lease. The step has planned again under the lease, and its own
 * accounts replace them.
 */
export function withoutPlannedAccounts({
  added,
  removed,
  holds,
  ...planned
}: ResourceChange): ResourceChange {
  return planned;
}

/**
 * Counts an earlier write for this run. That attempt of the run sent the write and died before it saved the result, so
 * this attempt finds nothing to change. No other reconciliation has ended since, so the write belongs to this run.
 */
export function attributeEarlierWrite(
  runId: string,
  state: ResourceState | undefined,
  done: ReconcileResult,
): ReconcileResult {
  const { begunWrite } = state ?? {};
  if (done.outcome !== 'unchanged' || begunWrite?.runId !== runId) return done;
  const { runId: _, ...write } = begunWrite;
  if (diffDocuments(write.before, done.before).length === 0) return done;
  return { ...done, outcome: 'written', ...write };
}
