import type { RunRecord } from '../../store/ports.ts';
import { announcePending } from './announce.ts';
import type { RecordServices } from './services.ts';

/**
 * How long to wait after an attempt to announce a run, in milliseconds. After this time, no function that made the
 * attempt can still be running.
 */
const pause = 5 * 60_000;

/** How long one call of the function begins new attempts, in milliseconds. The next scheduled check continues. */
const longest = 15_000;

const inParallel = 10;

/**
 * Sends missing announcements, the oldest first. It never throws: an announcement that fails again stays in the record
 * for the next check.
 */
export async function retryAnnouncements(services: RecordServices): Promise<void> {
  const { clock, logger } = services;
  const until = clock.now() + longest;
  try {
    const due = await dueRuns(services);
    for (let next = 0; next < due.length && clock.now() < until; next += inParallel)
      await Promise.all(due.slice(next, next + inParallel).map((run) => announcePending(services, run)));
  } catch (error) {
    logger.error('Pending announcements cannot be tried again now. The next scheduled check tries them', {
      announcement: 'pending',
      error,
    });
  }
}

async function dueRuns({ store, clock, logger }: RecordServices): Promise<readonly RunRecord[]> {
  const { items, unreadable } = await store.runs.listUnannounced();
  for (const error of unreadable)
    logger.error('The announcement of a run cannot be tried, since its item cannot be understood', {
      announcement: 'pending',
      error,
    });
  return items
    .filter((run) => triedAt(run) <= clock.now() - pause)
    .toSorted((one, other) => triedAt(one) - triedAt(other));
}

/** When the announcement was tried last, in milliseconds since the epoch. */
const triedAt = ({ announcement }: RunRecord): number =>
  Math.max(...[announcement?.bus, announcement?.topic].map((channel) => Date.parse(channel?.at ?? '') || 0));
