import { setImmediate as turn } from 'node:timers/promises';
import type { Clock, Random } from '../../shared/platform/clock.ts';

export interface FlowClock extends Clock {
  /** Lets time pass while nobody looks. */
  advance(milliseconds: number): void;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export interface FlowClockOptions {
  readonly start?: number;
  /** Resolves when everybody has done what it can do now. Default: after one turn of the event loop. */
  readonly quiet?: () => Promise<void>;
  /** Milliseconds. Who sleeps to within one tick wakes together, and then acts at once. Default: all wake one by one. */
  readonly tick?: number;
}

const firstHour = Date.parse('2026-03-02T09:00:00Z');

/**
 * Time of a simulation: it stands still while anybody has something to do, and goes to the next sleeper's hour when
 * all wait. Sleepers wake one by one, in the order of their hours, so concurrent runs share their time.
 */
export function flowClock({ start = firstHour, quiet = turn, tick }: FlowClockOptions = {}): FlowClock {
  const sleepers: Sleeper[] = [];
  let now = start;
  let awake = true;

  const wakeAll = async (): Promise<void> => {
    awake = false;
    while (sleepers.length > 0) {
      await quiet();
      const next = earliest(sleepers);
      now = Math.max(now, next.at);
      next.wake();
      while (tick !== undefined && sleepers.some(({ at }) => at <= now)) earliest(sleepers).wake();
    }
    awake = true;
  };

  return {
    now: () => now,
    advance: (milliseconds) => {
      now += milliseconds;
    },
    sleep: (milliseconds) =>
      new Promise((wake) => {
        sleepers.push({ at: roundedUp(now + milliseconds, tick), wake });
        if (awake) void wakeAll();
      }),
  };
}

const roundedUp = (at: number, tick: number | undefined): number =>
  tick === undefined ? at : Math.ceil(at / tick) * tick;

/** Takes the sleeper out whose hour comes first; of several, the one who lay down first. */
function earliest(sleepers: Sleeper[]): Sleeper {
  const index = sleepers.reduce(
    (best, sleeper, at) => (sleeper.at < (sleepers[best]?.at ?? 0) ? at : best),
    0,
  );
  const [sleeper] = sleepers.splice(index, 1);
  if (sleeper === undefined) throw new Error('Nobody sleeps');
  return sleeper;
}

/** Park and Miller's generator, warmed up so that neighboring seeds part. */
export function seeded(seed: number): Random {
  let state = (seed * 7_919 + 1) % 2_147_483_647;
  const next = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  next();
  next();
  return next;
}
