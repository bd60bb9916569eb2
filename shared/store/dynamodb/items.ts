import type * as z from 'zod';
import { toDotPath } from 'zod/v4/core';
import { StoredItemError } from '../stored-item-error.ts';
import type { Key } from './table.ts';

/** An item as the document client returns it. */
export type Item = Readonly<Record<string, unknown>>;

/**
 * Parses an item. Attributes that the schema does not name are dropped.
 * @param keyFor the key that belongs to this content. An item under any other key is rejected: otherwise a later write
 * of its content would replace another item
 */
export function parseItem<T>(
  schema: z.ZodType<T>,
  item: Item,
  tableName: string,
  keyFor?: (content: T) => Key,
): T {
  const result = schema.safeParse(item);
  if (result.success) {
    requireKey(keyFor?.(result.data), item, tableName);
    return result.data;
  }
  const findings = result.error.issues.map(({ path, message }) => ({
    path: toDotPath(path),
    message,
  }));
  throw new StoredItemError(tableName, keyOf(item), findings);
}

function requireKey(belongs: Key | undefined, item: Item, tableName: string): void {
  if (belongs === undefined || (belongs.pk === item.pk && belongs.sk === item.sk)) return;
  const message = `the content of this item belongs under the key ${belongs.pk} / ${belongs.sk}`;
  throw new StoredItemError(tableName, keyOf(item), [{ path: '', message }]);
}

const keyOf = ({ pk, sk }: Item): Key => ({ pk: String(pk), sk: String(sk) });

/** Removes undefined attributes, because the client would reject or keep them, depending on its settings. */
export const withoutUndefined = (item: Item): Item =>
  Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));

/**
 * Parses one item of a list. A malformed item must not prevent the reading of all others.
 * @param instead the value for a malformed item
 */
export function parseOr<T>(parse: () => T, instead: (error: StoredItemError) => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof StoredItemError) return instead(error);
    throw error;
  }
}

/**
 * Reads from an item, which may be malformed, the number that a conditional write compares. Valid items begin with 1,
 * so 0 means that the item has no usable number.
 */
export const readNumber = (item: Item, name: string): number => {
  const value = item[name];
  return typeof value === 'number' && value >= 1 && value <= Number.MAX_SAFE_INTEGER ? value : 0;
};

/**
 * The condition of a write: the stored item has this number. With `undefined`, there must be no item. With 0, the item
 * must have no usable number.
 */
export function createNumberCondition(number: string, expected: number | undefined) {
  if (expected === undefined) return { ConditionExpression: 'attribute_not_exists(pk)' };
  const ExpressionAttributeNames = { '#number': number };
  if (expected > 0)
    return {
      ConditionExpression: '#number = :expected',
      ExpressionAttributeNames,
      ExpressionAttributeValues: { ':expected': expected },
    };
  return {
    ConditionExpression:
      'attribute_exists(pk) AND (attribute_not_exists(#number) OR NOT #number BETWEEN :first AND :last)',
    ExpressionAttributeNames,
    ExpressionAttributeValues: { ':first': 1, ':last': Number.MAX_SAFE_INTEGER },
  };
}
