import type { Configuration } from '../configuration/schema.ts';
import { addHours, type Clock, getTimestamp } from '../platform/clock.ts';
import type { Hold, ResourceChange, ResourceState } from '../store/ports.ts';
import type { DesiredResource } from './desired-resource.ts';
import { diffDocuments } from './differences.ts';
import { getGeneration } from './is-up-to-date.ts';
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

/** A state's documents in the form of a record. `remembered` is the managed content that the table remembers. */
export const toRecordDocuments = (
  { kind }: DesiredResource,
  state: unknown,
  remembered: readonly string[] = [],
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(kind.toDocuments(state, remembered)).map(([name, document]) => [name, document ?? null]),
  );

/** If nothing was done, the plan stays on record. The result of an earlier attempt does not. */
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

/** The plan that was written says which accounts gained and lost access, and which are in a grace period. */
export function withoutPlannedAccounts({
  added,
  removed,
  holds,
  ...planned
}: ResourceChange): ResourceChange {
  return planned;
}

/**
 * The plan saw a difference, no reconciliation has ended since, and the difference is gone. So an attempt of this run
 * has written it without getting the answer.
 */
export function attributeEarlierWrite(
  planned: ResourceChange,
  state: ResourceState | undefined,
  done: ReconcileResult,
): ReconcileResult {
  const { before } = planned;
  const others = getGeneration(state) !== (planned.plannedGeneration ?? 0);
  if (done.outcome !== 'unchanged' || before === undefined || others) return done;
  if (diffDocuments(before, done.before).length === 0) return done;
  const { added, removed } = planned;
  const gains = { ...(added === undefined ? {} : { added }), ...(removed === undefined ? {} : { removed }) };
  return { ...done, outcome: 'written', before, ...gains };
}
