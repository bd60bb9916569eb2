import type { ContextValues } from '../request.ts';

/** What is known of a condition key. `some`: the request has a value for it, and nobody knows which. */
export type ContextEntry = readonly string[] | 'absent' | 'unknown' | 'some';

/** The condition keys of one request. */
export interface RequestContext {
  /** @param key in lower case */
  get(key: string): ContextEntry;
}

/** What was given for each key, by its name in lower case. An empty list is as good as no key: "a null data set". */
export const toContextEntries = (values: ContextValues): ReadonlyMap<string, ContextEntry> =>
  new Map(Object.entries(values).map(([key, value]) => [key.toLowerCase(), toEntry(value)]));

function toEntry(value: ContextValues[string]): ContextEntry {
  if (typeof value === 'string') return [value];
  if ('absent' in value) return 'absent';
  if ('unknown' in value) return 'unknown';
  return value.length === 0 ? 'absent' : value;
}
