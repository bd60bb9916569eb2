import { setTimeout as delay } from 'node:timers/promises';

/** The project's source of time. Passed in everywhere, so that a simulation controls the time. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after `milliseconds` of this clock's time. A clock of real time also resolves when the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** A number in [0, 1), as `Math.random` returns. */
export type Random = () => number;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    await delay(milliseconds, undefined, signal === undefined ? {} : { signal }).catch((thrown: unknown) => {
      if (signal?.aborted !== true) throw thrown;
    });
  },
};

/** ISO 8601 in UTC, with milliseconds. */
export const getTimestamp = (clock: Clock): string => new Date(clock.now()).toISOString();

/**
 * The seconds from a time in ISO 8601 to a moment in milliseconds since the epoch. 0 if the moment is earlier, because two clocks may
 * differ.
 */
export const secondsBetween = (from: string, to: number): number =>
  Math.max(0, (to - Date.parse(from)) / 1_000);

const hour = 3_600_000;

/** A time some hours later, both in ISO 8601. */
export const addHours = (time: string, hours: number): string =>
  new Date(Date.parse(time) + hours * hour).toISOString();

/** The largest difference between the clocks of two machines, in milliseconds. */
export const clockSkew = 30_000;
