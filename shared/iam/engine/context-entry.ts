import type { ContextValues } from '../request.ts';

/**
 * What is known about a condition key: its values, or one of three words. `some`: the request has the key, with an
 * unknown value. `unknown`: it is not known whether the request has the key.
 */
export type ContextEntry = readonly string[] | 'absent' | 'unknown' | 'some';

/** The condition keys of one request. */
export interface RequestContext {
  /** @param key in lower case */
  get(key: string): ContextEntry;
}

/** The given values, by key in lower case. A key with an empty list counts as absent ("a null data set"). */
export const toContextEntries = (values: ContextValues): ReadonlyMap<string, ContextEntry> =>
  new Map(Object.entries(values).map(([key, value]) => [key.toLowerCase(), toEntry(value)]));

function toEntry(value: ContextValues[string]): ContextEntry {
  if (typeof value === 'string') return [value];
  if ('absent' in value) return 'absent';
  if ('unknown' in value) return 'unknown';
  return value.length === 0 ? 'absent' : value;
}
