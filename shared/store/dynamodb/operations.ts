import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  GetCommand,
  paginateQuery,
  paginateScan,
} from '@aws-sdk/lib-dynamodb';
import pMap, { pMapSkip } from 'p-map';
import type * as z from 'zod';
import { ThrottledError } from '../../platform/aws/errors.ts';
import { toErrorRecord } from '../../platform/errors.ts';
import type { Listed } from '../listed.ts';
import { StoredItemError } from '../stored-item-error.ts';
import { type Item, parseItem, parseOr } from './items.ts';
import type { Key, Table } from './table.ts';

/** Reads one item, consistently. */
export async function readItem<T>(
  table: Table,
  key: Key,
  schema: z.ZodType<T>,
  keyFor?: (content: T) => Key,
): Promise<T | undefined> {
  const item = await getItem(table, key);
  return item && parseItem(schema, item, table.tableName, keyFor);
}

/** Returns the item without parsing it. */
export async function getItem({ client, tableName }: Table, key: Key): Promise<Item | undefined> {
  const { Item: item } = await client.send(
    new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true }),
  );
  return item;
}

/** BatchGetItem allows at most 100 keys (API reference). */
const maxBatch = 100;

/**
 * Reads the items of different keys consistently, in any order, and does not parse them. One answer of DynamoDB has at
 * most 16 MB. The next request reads the keys that the answer does not have.
 * @throws ThrottledError if an answer has no item at all although keys are left
 */
export async function readItems(
  { client, tableName }: Table,
  keys: readonly Key[],
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let left: readonly Record<string, unknown>[] = keys.map((key) => ({ ...key }));
  while (left.length > 0) {
    const asked = left.slice(0, maxBatch);
    const { Responses = {}, UnprocessedKeys = {} } = await client.send(
      new BatchGetCommand({ RequestItems: { [tableName]: { Keys: asked, ConsistentRead: true } } }),
    );
    const unread = UnprocessedKeys[tableName]?.Keys ?? [];
    if (unread.length === asked.length)
      throw new ThrottledError('DynamoDB has no capacity for the reads at the moment.', { tableName });
    items.push(...(Responses[tableName] ?? []));
    left = [...unread, ...left.slice(maxBatch)];
  }
  return items;
}

/** BatchWriteItem, API reference. */
const maxBatchOfWrites = 25;

/**
 * Puts items of different keys, in any order and without conditions. DynamoDB returns the items for which it had no capacity.
 * @throws ThrottledError if an answer has put no item
 */
export async function putItems({ client, tableName }: Table, items: readonly Item[]): Promise<void> {
  let left: readonly object[] = items.map((Item) => ({ PutRequest: { Item: { ...Item } } }));
  while (left.length > 0) {
    const asked = left.slice(0, maxBatchOfWrites);
    const { UnprocessedItems = {} } = await client.send(
      new BatchWriteCommand({ RequestItems: { [tableName]: asked } }),
    );
    const unwritten = UnprocessedItems[tableName] ?? [];
    if (unwritten.length === asked.length)
      throw new ThrottledError('DynamoDB has no capacity for the writes at the moment.', { tableName });
    left = [...unwritten, ...left.slice(maxBatchOfWrites)];
  }
}

/**
 * Reads the items of partition `pk` whose sort key begins with `prefix`, in the order of the sort keys (bytes of
 * UTF-8). It reads all pages, because a page has at most 1 MB (Query, API reference). Each page is read consistently.
 * But the items may come from different moments: each is as it was when its page was read.
 */
export const iterateItemsWithPrefix = (table: Table, pk: string, prefix: string): AsyncGenerator<Item> =>
  queried(table, pk, { text: 'begins_with(sk, :prefix)', values: { ':prefix': prefix } });

/**
 * Reads and parses items.
 * @throws StoredItemError for the first malformed item
 */
export async function queryItems<T>(
  table: Table,
  pk: string,
  prefix: string,
  schema: z.ZodType<T>,
  keyFor?: (content: T) => Key,
): Promise<readonly T[]> {
  const { items, unreadable } = await listItems(table, pk, prefix, schema, keyFor);
  const [first] = unreadable;
  if (first !== undefined) throw first;
  return items;
}

/** Reads and parses items. A malformed item becomes an error in the result. */
export async function listItems<T>(
  table: Table,
  pk: string,
  prefix: string,
  schema: z.ZodType<T>,
  keyFor?: (content: T) => Key,
): Promise<Parsed<T>> {
  const items: T[] = [];
  const unreadable: StoredItemError[] = [];
  for await (const item of iterateItemsWithPrefix(table, pk, prefix))
    parseOr(
      () => void items.push(parseItem(schema, item, table.tableName, keyFor)),
      (error) => void unreadable.push(error),
    );
  return { items, unreadable };
}

/** The values of all valid items, and one error for each malformed item. */
export interface Parsed<T> {
  readonly items: readonly T[];
  readonly unreadable: readonly StoredItemError[];
}

/**
 * Reads one value for each key. A malformed item becomes an error in the result, and all other items are still read.
 */
export async function readEach<K, T>(
  { items: keys, unreadable }: Parsed<K>,
  read: (key: K) => Promise<T | undefined>,
): Promise<Parsed<T>> {
  const bad = [...unreadable];
  const parsed = await pMap(
    keys,
    async (key) => {
      try {
        return (await read(key)) ?? pMapSkip;
      } catch (error) {
        if (!(error instanceof StoredItemError)) throw error;
        bad.push(error);
        return pMapSkip;
      }
    },
    { concurrency: 8 },
  );
  return { items: parsed, unreadable: bad };
}

export const toListed = <T>({ items, unreadable }: Parsed<T>): Listed<T> => ({
  items,
  unreadable: unreadable.map(toErrorRecord),
});

/** Reads the items whose sort keys are from `first` to `last`, including both. */
export const iterateItemsBetween = (
  table: Table,
  pk: string,
  first: string,
  last: string,
): AsyncGenerator<Item> =>
  queried(table, pk, { text: 'sk BETWEEN :first AND :last', values: { ':first': first, ':last': last } });

interface Condition {
  readonly text: string;
  readonly values: Readonly<Record<string, string>>;
}

async function* queried(
  { client, tableName }: Table,
  pk: string,
  { text, values }: Condition,
): AsyncGenerator<Item> {
  const query = {
    TableName: tableName,
    KeyConditionExpression: `pk = :pk AND ${text}`,
    ExpressionAttributeValues: { ':pk': pk, ...values },
    ConsistentRead: true,
  };
  for await (const { Items: items = [] } of paginateQuery({ client }, query)) yield* items;
}

/** What a scan returns. `text` is a filter expression of DynamoDB. */
interface Scan extends Condition {
  /** The attributes to return. Default: all. */
  readonly attributes?: readonly string[];
}

/**
 * Reads the whole table consistently, and returns the items that match the filter. This is slow and costly, so only
 * commands of operators use it, and no function.
 */
export async function* scanItems(
  { client, tableName }: Table,
  { text, values, attributes }: Scan,
): AsyncGenerator<Item> {
  // All placeholders have numbers of equal length. Otherwise `#n1` would also match the beginning of `#n10`.
  const names = Object.fromEntries(
    (attributes ?? []).map((name, index) => [`#a${String(index).padStart(3, '0')}`, name]),
  );
  const scan = {
    TableName: tableName,
    FilterExpression: text,
    ExpressionAttributeValues: { ...values },
    ConsistentRead: true,
    ...(attributes === undefined
      ? {}
      : { ProjectionExpression: Object.keys(names).join(', '), ExpressionAttributeNames: names }),
  };
  for await (const { Items: items = [] } of paginateScan({ client }, scan)) yield* items;
}

/**
 * Sends a conditional write.
 * @returns false if its condition was not satisfied, so that nothing was written. Other errors are thrown
 */
export async function sendConditionalWrite(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** Compares sort keys as DynamoDB does: by their bytes in UTF-8. */
export const compareText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
