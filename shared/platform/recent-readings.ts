import type { Clock } from './clock.ts';

/** Keeps readings by name as long as the process lives, because a Lambda process serves many runs. */
export interface RecentReadings<Value> {
  /**
   * Returns a function that reads for one run. It uses a kept reading only if that reading began after `since`
   * (milliseconds since the epoch).
   */
  startReader(clock: Pick<Clock, 'now'>, since: number): ReadOnce<Value>;
}

/** Returns the kept reading with this name, or reads. A reading that failed is not kept. */
export type ReadOnce<Value> = (name: string, read: () => Promise<Value>) => Promise<Value>;

/** @param max how many readings are kept */
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
