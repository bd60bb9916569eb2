import type { Listed } from './listed.ts';

/** Nothing is parsed here. */
export const all = <T>(items: readonly T[]): Listed<T> => ({ items, unreadable: [] });

/** Yields, so that other callers run as they would while a request travels. Then acts in one step. */
export async function soon<T>(act: () => T): Promise<T> {
  await Promise.resolve();
  return act();
}

/** Ordered by sort key, in bytes of UTF-8. */
export function sortedBy<T>(values: readonly T[], key: (value: T) => string): readonly T[] {
  return values
    .map((value) => ({ value, bytes: Buffer.from(key(value)) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ value }) => value);
}
