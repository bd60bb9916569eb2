import type * as z from 'zod';
import { toDotPath } from 'zod/v4/core';
import { StoredItemError } from '../stored-item-error.ts';
import type { Key } from './table.ts';

/** An item as the document client returns it. */
export type Item = Readonly<Record<string, unknown>>;

/**
 * Parses an item. Attributes that the schema does not name are dropped.
 * @param keyFor the key that an item of this content must have. An item under another key would later be written over
 * the data of that key
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

/** Removes undefined attributes, so that the client's marshalling options do not matter. */
export const withoutUndefined = (item: Item): Item =>
  Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));

/**
 * Parses one item of a list, so that an item that cannot be understood does not prevent the reading of the list.
 * @param instead the value for such an item
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
 * The number that a conditional write compares, read from an item that may be malformed. 0 if the item has no usable
 * number, because no valid item has 0.
 */
export const readNumber = (item: Item, name: string): number => {
  const value = item[name];
  return typeof value === 'number' && value >= 1 && value <= Number.MAX_SAFE_INTEGER ? value : 0;
};

/**
 * The condition that the stored item still has the expected number. `undefined`: that there is no item. 0: that the
 * item has no usable number.
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
