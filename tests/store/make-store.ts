import type { Store } from '../../shared/store/ports.ts';

/** Gives a new, empty store at each call. */
export type MakeStore = () => Promise<Store>;
