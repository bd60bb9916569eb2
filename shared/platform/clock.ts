import { setTimeout as delay } from 'node:timers/promises';

/** The source of time. It is passed in everywhere, so that a simulation controls the time. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after `milliseconds` of this clock. The clock of the system also resolves when the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Returns a number from 0 up to but not including 1, as `Math.random` does. */
export type Random = () => number;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    await delay(milliseconds, undefined, signal === undefined ? {} : { signal }).catch((thrown: unknown) => {
      if (signal?.aborted !== true) throw thrown;
    });
  },
};

/** The present time as ISO 8601 in UTC, with milliseconds. */
export const getTimestamp = (clock: Clock): string => new Date(clock.now()).toISOString();

/**
 * The seconds from a time in ISO 8601 to a moment in milliseconds since the epoch. 0 if the moment is earlier, because two clocks may
 * differ.
 */
export const secondsBetween = (from: string, to: number): number =>
  Math.max(0, (to - Date.parse(from)) / 1_000);

const hour = 3_600_000;

/** The time that is so many hours later. Both times are ISO 8601. */
export const addHours = (time: string, hours: number): string =>
  new Date(Date.parse(time) + hours * hour).toISOString();

/** How far the clocks of two machines may differ, in milliseconds. */
export const clockSkew = 30_000;
