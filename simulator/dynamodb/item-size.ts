import { memoizeByObject } from '../../shared/platform/memoize.ts';
import type { TableItem } from './expressions.ts';

/**
 * The size of an item in bytes, by which DynamoDB ends pages and counts read units ("DynamoDB item sizes and formats",
 * developer guide). A table replaces an item and never changes it, so the size is computed once.
 */
export const computeItemSize = memoizeByObject((item: TableItem): number => measureMap(item));

const measureMap = (map: TableItem): number =>
  sum(Object.entries(map).map(([name, value]) => Buffer.byteLength(name) + measure(value)));

/** A list or a map has three bytes of overhead, and one more for each element. */
function measure(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(value).replace(/[-.]/g, '').length / 2) + 1;
  if (value instanceof Uint8Array) return value.byteLength;
  if (Array.isArray(value)) return 3 + sum(value.map((each) => 1 + measure(each)));
  if (typeof value === 'object' && value !== null)
    return 3 + Object.keys(value).length + measureMap(value as TableItem);
  return 1;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
