import { toRanges } from './account-ranges.ts';
import type { AccountRanges } from './facts.ts';

/** Stores each set of accounts once, since many accesses are for the same accounts. */
export interface AccountSets {
  /** The index of the set that has these indexes of accounts. */
  store(indexes: readonly number[]): number;
  list(): readonly AccountRanges[];
}

export function createAccountSets(): AccountSets {
  const sets = new Map<string, { readonly index: number; readonly ranges: AccountRanges }>();
  return {
    store: (indexes) => {
      const ranges = toRanges(indexes);
      const key = JSON.stringify(ranges);
      const stored = sets.get(key) ?? { index: sets.size, ranges };
      sets.set(key, stored);
      return stored.index;
    },
    list: () => [...sets.values()].map(({ ranges }) => ranges),
  };
}
