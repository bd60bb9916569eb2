import type { AccountRanges } from './facts.ts';

/** Indexes as ranges, so that an access of thousands of neighboring accounts is one pair of numbers. */
export function toRanges(indexes: readonly number[]): AccountRanges {
  const ranges: [number, number][] = [];
  for (const each of [...new Set(indexes)].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === each - 1) last[1] = each;
    else ranges.push([each, each]);
  }
  return ranges;
}

export const countRanges = (ranges: AccountRanges): number =>
  ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);

/** The first indexes of ranges. */
export function firstOf(ranges: AccountRanges, count: number): readonly number[] {
  const indexes: number[] = [];
  for (const [first, last] of ranges)
    for (let each = first; each <= last && indexes.length < count; each += 1) indexes.push(each);
  return indexes;
}
