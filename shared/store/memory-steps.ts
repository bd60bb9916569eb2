import type { Listed } from './listed.ts';

/** A list without errors, because a store in memory parses nothing. */
export const all = <T>(items: readonly T[]): Listed<T> => ({ items, unreadable: [] });

/**
 * First lets other callers run, as they would while a request is on its way. Then does everything in one step, as the
 * table does.
 */
export async function soon<T>(act: () => T): Promise<T> {
  await Promise.resolve();
  return act();
}

/** Orders values by sort key as DynamoDB does: by its bytes in UTF-8. */
export function sortedBy<T>(values: readonly T[], key: (value: T) => string): readonly T[] {
  return values
    .map((value) => ({ value, bytes: Buffer.from(key(value)) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ value }) => value);
}
