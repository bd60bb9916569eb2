import type { ContextValues } from '../request.ts';

/** The knowledge about a condition key. `some`: the request has a value, but it is unknown. */
export type ContextEntry = readonly string[] | 'absent' | 'unknown' | 'some';

/** The condition keys of one request. */
export interface RequestContext {
  /** @param key in lower case */
  get(key: string): ContextEntry;
}

/** The given values of each key, by its name in lower case. An empty list counts as no key: "a null data set". */
export const toContextEntries = (values: ContextValues): ReadonlyMap<string, ContextEntry> =>
  new Map(Object.entries(values).map(([key, value]) => [key.toLowerCase(), toEntry(value)]));

function toEntry(value: ContextValues[string]): ContextEntry {
  if (typeof value === 'string') return [value];
  if ('absent' in value) return 'absent';
  if ('unknown' in value) return 'unknown';
  return value.length === 0 ? 'absent' : value;
}
