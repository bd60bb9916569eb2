import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, paginateQuery, paginateScan } from '@aws-sdk/lib-dynamodb';
import pMap, { pMapSkip } from 'p-map';
import type * as z from 'zod';
import { toErrorRecord } from '../../platform/errors.ts';
import type { Listed } from '../listed.ts';
import { StoredItemError } from '../stored-item-error.ts';
import { type Item, parseItem, parseOr } from './items.ts';
import type { Key, Table } from './table.ts';

/** Consistent read of one item. */
export async function readItem<T>(
  table: Table,
  key: Key,
  schema: z.ZodType<T>,
  keyFor?: (content: T) => Key,
): Promise<T | undefined> {
  const item = await getItem(table, key);
  return item && parseItem(schema, item, table.tableName, keyFor);
}

/** The item as stored. */
export async function getItem({ client, tableName }: Table, key: Key): Promise<Item | undefined> {
  const { Item: item } = await client.send(
    new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true }),
  );
  return item;
}

/**
 * Consistent read of the items of `pk` whose sort key begins with `prefix`, in the order of the sort keys (bytes of
 * UTF-8), as stored. A page ends at 1 MB (Query, API reference), so all pages are read. Not a snapshot: each item is
 * from the time when its page was read.
 */
export const iterateItemsWithPrefix = (table: Table, pk: string, prefix: string): AsyncGenerator<Item> =>
  queried(table, pk, { text: 'begins_with(sk, :prefix)', values: { ':prefix': prefix } });

/** As `listItems`, parsed. @throws StoredItemError for the first item that cannot be understood */
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

/** As `listItems`: the parsed items, and an error for each item that cannot be understood. */
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

/** The result of reading several items. */
export interface Parsed<T> {
  readonly items: readonly T[];
  readonly unreadable: readonly StoredItemError[];
}

/** Reads the value for each of `keys`. An item that cannot be understood does not prevent the reading of all others. */
export async function readEach<K, T>(
  { items: keys, unreadable }: Parsed<K>,
  read: (key: K) => Promise<T | undefined>,
): Promise<Parsed<T>> {
  const bad = [...unreadable];
  const found = await pMap(
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
  return { items: found, unreadable: bad };
}

export const toListed = <T>({ items, unreadable }: Parsed<T>): Listed<T> => ({
  items,
  unreadable: unreadable.map(toErrorRecord),
});

/** The items whose sort keys are from `first` to `last`, both included, as stored. */
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

/** What a scan gives of the table: `text` is a filter expression. */
interface Scan extends Condition {
  /** Attributes that are read. Default: all. */
  readonly attributes?: readonly string[];
}

/** Reads every item of the table, and gives those that pass the filter. Consistent reads. For operators only. */
export async function* scanItems(
  { client, tableName }: Table,
  { text, values, attributes }: Scan,
): AsyncGenerator<Item> {
  // Numbers of equal length: no placeholder is the beginning of another one.
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
 * @returns whether its condition was satisfied; other errors propagate
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

/** The order of sort keys: bytes of UTF-8. */
export const compareText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
