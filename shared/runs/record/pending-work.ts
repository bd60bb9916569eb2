import { secondsBetween } from '../../platform/clock.ts';
import type { Metric } from '../../platform/metrics.ts';
import type { RunRecord } from '../../store/ports.ts';
import type { RecordServices } from './services.ts';

/**
 * The age of the oldest work that has not ended: a run under way, the announcement of a run's end, or a delivery of a
 * secret. A request for approval has a metric of its own, because an operator decides when it ends. Never fails: a run
 * does not depend on its metrics.
 */
export async function measurePendingWork(services: RecordServices): Promise<readonly Metric[]> {
  try {
    return await readPendingWork(services);
  } catch (error) {
    services.logger.warn('The age of pending work could not be measured. The next measurement tries again', {
      error,
    });
    return [];
  }
}

async function readPendingWork({ store, clock }: RecordServices): Promise<readonly Metric[]> {
  const now = clock.now();
  const [open, unannounced, deliveries] = await Promise.all([
    store.runs.listUnfinished(new Date(now).toISOString()),
    store.runs.listUnannounced(),
    store.outbox.listOpen(),
  ]);
  const isWaiting = ({ status }: RunRecord): boolean => status === 'waiting-for-approval';
  const pending = [
    ...open.items.filter((run) => !isWaiting(run)).map(({ startedAt }) => startedAt),
    ...unannounced.items.map(({ finishedAt, startedAt }) => finishedAt ?? startedAt),
    ...deliveries.items.map(({ requestedAt }) => requestedAt),
  ];
  const waiting = open.items.filter(isWaiting).map(({ startedAt }) => startedAt);
  return [
    { name: 'OldestPendingWork', value: ageOfOldest(pending, now) },
    { name: 'OldestApprovalRequest', value: ageOfOldest(waiting, now) },
  ];
}

const ageOfOldest = (times: readonly string[], now: number): number =>
  Math.max(0, ...times.map((time) => secondsBetween(time, now)));
