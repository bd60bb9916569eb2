import { secondsBetween } from '../../platform/clock.ts';
import type { Metric } from '../../platform/metrics.ts';
import type { RunRecord } from '../../store/ports.ts';
import type { RecordServices } from './services.ts';

/**
 * How old the oldest unfinished work is: an open run, a missing announcement, or the delivery of a secret. Requests for
 * approval are not included, because an operator decides when they end, and they have a metric of their own. This
 * function never throws, because a metric must not make a run fail.
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
