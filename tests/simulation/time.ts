import { install } from '@sinonjs/fake-timers';
import type { Clock, Random } from '../../shared/platform/clock.ts';

/** The start time of every simulation. */
export const epoch = Date.parse('2026-03-02T09:00:00Z');

/**
 * The longest simulated time of a play, in milliseconds. Normal plays end within a day. A play that never ends, such as
 * one whose run waits forever, is a fault.
 */
const longestPlay = 4 * 24 * 3_600_000;

/**
 * Does `work` in simulated time. Every timer of the process goes off in the order of its due time, also timers of the
 * SDK's retries and of the state machine runner. When no other work is left, time jumps to the next timer. `random`
 * also drives their jitter. So a play is a function of its seed, and hours pass in milliseconds.
 * @throws Error if `work` waits for something that never comes, or lasts longer than `longestPlay`
 */
export async function runInSimulatedTime<T>(random: Random, work: () => Promise<T>): Promise<T> {
  const round = realRound();
  const mathRandom = Math.random;
  Math.random = random;
  const timers = install({
    now: epoch,
    toFake: [
      'setTimeout',
      'clearTimeout',
      'setInterval',
      'clearInterval',
      'setImmediate',
      'clearImmediate',
      'Date',
    ],
  });
  try {
    let over = false;
    const done = work().finally(() => {
      over = true;
    });
    // The caller of `done` gets the failure below.
    done.catch(() => {});
    while (!over) {
      await round(() => over || timers.next());
      if (!over && timers.countTimers() === 0)
        throw new Error('Everybody waits, and no timer will wake anybody');
      if (!over && Date.now() - epoch > longestPlay)
        throw new Error(`The play is not over after ${longestPlay / 3_600_000} hours of simulated time`);
    }
    return await done;
  } finally {
    timers.uninstall();
    Math.random = mathRandom;
  }
}

/** A round of the event loop costs more than most of what a timer wakes. */
const stepsOfRound = 100;

/**
 * Takes some steps. Before and after each step, all work that needs no time is done: between two immediates of a round
 * Node runs everything that is ready (`setImmediate` in "Timers", since Node 11).
 */
function realRound(): (step: () => void) => Promise<void> {
  const { setImmediate } = globalThis;
  return (step) =>
    new Promise((resolve, reject) => {
      let failed = false;
      const taken = (): void => {
        if (failed) return;
        try {
          step();
        } catch (error) {
          failed = true;
          reject(error);
        }
      };
      for (let count = 0; count < stepsOfRound; count += 1) setImmediate(taken);
      setImmediate(resolve);
    });
}

/** A clock that is `skew` milliseconds fast. */
export const createProcessClock = (skew = 0): Clock => ({
  now: () => Date.now() + skew,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
});
