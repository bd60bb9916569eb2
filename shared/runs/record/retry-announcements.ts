import type { RunRecord } from '../../store/ports.ts';
import { announcePending } from './announce.ts';
import type { RecordServices } from './services.ts';

/**
 * How many milliseconds must have passed since the last attempt. No function that still announces the run could run for
 * so long.
 */
const pause = 5 * 60_000;

/** For how many milliseconds one call begins new attempts. The next scheduled check continues. */
const longest = 15_000;

const inParallel = 10;

/**
 * Tries pending announcements again, the oldest first. It never throws, because announcements that are still pending
 * stay recorded.
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

/** When the announcement was last tried, in milliseconds since the epoch. */
const triedAt = ({ announcement }: RunRecord): number =>
  Math.max(...[announcement?.bus, announcement?.topic].map((channel) => Date.parse(channel?.at ?? '') || 0));
