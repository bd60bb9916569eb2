import type { Configuration } from '../configuration/schema.ts';
import { addHours, type Clock, getTimestamp } from '../platform/clock.ts';
import type { Hold, ResourceChange, ResourceState } from '../store/ports.ts';
import type { DesiredResource } from './desired-resource.ts';
import { diffDocuments } from './differences.ts';
import type { ResourcePlan } from './plan-types.ts';

/** How a reconciliation ended. */
export type ReconcileResult = Omit<
  ResourceChange,
  'resource' | 'plannedAt' | 'plannedGeneration' | 'planned'
>;

/** The accounts whose access a write changes. Empty without a write. */
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

/** Holds in the form of a record. Absent if there are none. */
export function toRecordedHolds(
  holds: readonly Hold[],
  { graceHours }: Pick<Configuration, 'graceHours'>,
): Pick<ResourceChange, 'holds'> {
  const recorded = holds.map((hold) =>
    hold.reason === 'grace-period' ? { ...hold, until: addHours(hold.since, graceHours) } : hold,
  );
  return recorded.length === 0 ? {} : { holds: recorded };
}

/** Documents of a resource in the form of a run record. `remembered` lists the managed content that the table has. */
export const toRecordDocuments = (
  { kind }: DesiredResource,
  state: unknown,
  remembered: readonly string[] = [],
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(kind.toDocuments(state, remembered)).map(([name, document]) => [name, document ?? null]),
  );

/**
 * Adds the result of a step to the planned change. If the step did nothing, the plan stays on record. The result of an
 * earlier attempt is replaced.
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
 * Leaves out the accounts of the first plan. The plan that the step wrote, under the lease, states its own accounts.
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
 * Counts a write for this run if an earlier attempt of it sent the write and ended before its result was saved. The
 * difference that the attempt saw is gone, and no other reconciliation has ended since.
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
