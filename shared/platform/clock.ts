import { setTimeout as delay } from 'node:timers/promises';

/** Tells the time. Every function gets its clock as a parameter, so that tests and simulations control the time. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Waits for `milliseconds` of this clock. The clock of the system also stops to wait when the signal aborts. */
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
 * How many seconds are between a time in ISO 8601 and a time in milliseconds since the epoch. 0 if the second is
 * earlier: two computers' clocks may differ.
 */
export const secondsBetween = (from: string, to: number): number =>
  Math.max(0, (to - Date.parse(from)) / 1_000);

const hour = 3_600_000;

/** Adds hours to a time. Both times are ISO 8601. */
export const addHours = (time: string, hours: number): string =>
  new Date(Date.parse(time) + hours * hour).toISOString();

/** How far the clocks of two computers may differ, in milliseconds. */
export const clockSkew = 30_000;
