import { secondsBetween } from '../platform/clock.ts';
import type { Metric } from '../platform/metrics.ts';
import { listHeldAccounts } from '../reconcile/holds.ts';
import { hasWritten } from '../reconcile/outcome.ts';
import type { HoldReason, ResourceChange, RunRecord } from '../store/ports.ts';

/** The metrics of a run that has ended. A metric with the value 0 is sent, too, because it ends an alarm. */
export const measureRun = (run: RunRecord, changes: readonly ResourceChange[]): readonly Metric[] => [
  ...measureAccounts(run),
  { name: 'PolicyWrites', value: changes.filter(hasWritten).length },
  { name: 'Conflicts', value: countOutcome(changes, 'conflict') },
  { name: 'LockedResources', value: countOutcome(changes, 'busy') },
  { name: 'RejectedPrincipals', value: countHeld(changes, 'rejected-principal') },
  { name: 'BlockedRemovals', value: countHeld(changes, 'removal-limit') },
  ...measureCapacity(changes),
];

/** How many accounts were onboarded. None if the run failed, or if its accounts have no access. */
function measureAccounts(run: RunRecord): readonly Metric[] {
  const { status, readiness, accountIds } = run;
  if (status !== 'succeeded' || readiness === undefined) return [];
  return [{ name: 'AccountsOnboarded', value: accountIds.length }, ...measureTime(run)];
}

/**
 * The time between the event and the end of the run. Not measured if the run waited for approval, because an operator's
 * answer may take hours.
 */
function measureTime({ readiness, waitingUntil, eventTime, startedAt, finishedAt }: RunRecord) {
  if (readiness?.ready !== true || waitingUntil !== undefined || finishedAt === undefined) return [];
  const value = secondsBetween(eventTime ?? startedAt, Date.parse(finishedAt));
  return [{ name: 'TimeToReady', value } as const];
}

const countOutcome = (changes: readonly ResourceChange[], outcome: ResourceChange['outcome']): number =>
  changes.filter((change) => change.outcome === outcome).length;

/** How many different accounts have a hold for this reason. */
const countHeld = (changes: readonly ResourceChange[], reason: HoldReason): number =>
  new Set(changes.flatMap(({ holds = [] }) => listHeldAccounts(holds, reason))).size;

/** How full the fullest resource of each kind is, and the fullest of all. */
function measureCapacity(changes: readonly ResourceChange[]): readonly Metric[] {
  const highest = new Map<string, number>();
  for (const { resource, size, limit } of changes)
    if (size !== undefined && limit !== undefined && limit > 0) {
      const kind = resource.split('/', 1)[0] ?? '';
      highest.set(kind, Math.max(highest.get(kind) ?? 0, (100 * size) / limit));
    }
  if (highest.size === 0) return [];
  const byKind = [...highest].map(([kind, value]): Metric => ({ name: 'CapacityUsed', value, kind }));
  return [{ name: 'CapacityUsed', value: Math.max(...highest.values()) }, ...byKind];
}
