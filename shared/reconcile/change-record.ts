import type { Configuration } from '../configuration/schema.ts';
import { addHours } from '../platform/clock.ts';
import type { ResourceChange } from '../store/ports.ts';
import type { DesiredResource } from './desired-resource.ts';
import { listGracePeriods } from './holds.ts';
import type { ResourcePlan } from './plan-types.ts';

/** How a reconciliation ended. */
export type ReconcileResult = Omit<
  ResourceChange,
  'resource' | 'plannedAt' | 'plannedGeneration' | 'planned'
>;

/** Whose access a write changes; nobody's where there is none. */
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

/** The accounts in a grace period, as a record has them: each with when it ends. */
export function leavingOf(
  { holds }: Pick<ResourcePlan, 'holds'>,
  { graceHours }: Configuration,
): Pick<ResourceChange, 'leaving'> {
  const ends = listGracePeriods(holds).map(({ accountId, since }) => [
    accountId,
    addHours(since, graceHours),
  ]);
  return ends.length === 0 ? {} : { leaving: Object.fromEntries(ends) };
}

/** A state's documents as a record keeps them; `remembered` is what the table knows as ours in it. */
export const toRecordDocuments = (
  { kind }: DesiredResource,
  state: unknown,
  remembered: readonly string[] = [],
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(kind.toDocuments(state, remembered)).map(([name, document]) => [name, document ?? null]),
  );
