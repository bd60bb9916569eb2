import { memoryStore } from '../../shared/store/memory.ts';
import type { Store } from '../../shared/store/ports.ts';
import { type FlowClock, flowClock } from './clock.ts';

/** Where a world keeps its items, and the clock that waits for it. */
export interface Storage {
  readonly store: Store;
  readonly clock: FlowClock;
}

/** Gives a new, empty storage at each call. */
export type MakeStorage = () => Promise<Storage>;

export const inMemory = (): Storage => ({ store: memoryStore(), clock: flowClock() });
