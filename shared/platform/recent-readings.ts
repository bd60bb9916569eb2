import type { Clock } from './clock.ts';

/** Caches readings by name for the life of the process, because a warm function serves many runs. */
export interface RecentReadings<Value> {
  /**
   * Returns a function that reads for one run. It accepts a cached reading that began after `since` (milliseconds since
   * the epoch).
   */
  startReader(clock: Pick<Clock, 'now'>, since: number): ReadOnce<Value>;
}

/** Reads a name unless the cache has it. A failed reading is not cached. */
export type ReadOnce<Value> = (name: string, read: () => Promise<Value>) => Promise<Value>;

/** @param max how many readings stay in the cache */
export function createRecentReadings<Value>(max: number): RecentReadings<Value> {
  const kept = new Map<string, { readonly at: number; readonly value: Promise<Value> }>();
  const readNow = (name: string, at: number, read: () => Promise<Value>): Promise<Value> => {
    const reading = { at, value: read() };
    kept.delete(name);
    kept.set(name, reading);
    dropOldest(kept, max);
    reading.value.catch(() => {
      if (kept.get(name) === reading) kept.delete(name);
    });
    return reading.value;
  };
  return {
    startReader: (clock, since) => {
      const own = new Map<string, Promise<Value>>();
      return (name, read) => {
        const earlier = kept.get(name);
        const isRecent = earlier !== undefined && earlier.at > since;
        const value = own.get(name) ?? (isRecent ? earlier.value : readNow(name, clock.now(), read));
        own.set(name, value);
        value.catch(() => own.delete(name));
        return value;
      };
    },
  };
}

function dropOldest(kept: Map<string, unknown>, max: number): void {
  for (const oldest of kept.keys()) {
    if (kept.size <= max) return;
    kept.delete(oldest);
  }
}
