import type { ContextValues } from '../request.ts';

/**
 * What is known about a condition key: its values, or one of three words. `absent`: the request does not have the key.
 * `some`: the request has the key, and its value is unknown. `unknown`: nobody knows whether the request has the key.
 */
export type ContextEntry = readonly string[] | 'absent' | 'unknown' | 'some';

/** The condition keys of one request. */
export interface RequestContext {
  /** What is known about a key. @param key in lower case */
  get(key: string): ContextEntry;
}

/**
 * The given values, by key in lower case. A key with an empty list counts as absent, because AWS calls that "a null
 * data set".
 */
export const toContextEntries = (values: ContextValues): ReadonlyMap<string, ContextEntry> =>
  new Map(Object.entries(values).map(([key, value]) => [key.toLowerCase(), toEntry(value)]));

function toEntry(value: ContextValues[string]): ContextEntry {
  if (typeof value === 'string') return [value];
  if ('absent' in value) return 'absent';
  if ('unknown' in value) return 'unknown';
  return value.length === 0 ? 'absent' : value;
}
