import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
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

/** The same, as it is stored. */
export async function getItem({ client, tableName }: Table, key: Key): Promise<Item | undefined> {
  const { Item: item } = await client.send(
    new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true }),
  );
  return item;
}

/**
 * Consistent read of the items of `pk` whose sort key begins with `prefix`, in the order of the sort keys (bytes
 * of UTF-8), as they are stored. A page ends at 1 MB (Query, API reference), so all pages are read. Not a snapshot: each
 * item is as it was when its page was read.
 */
export const iterateItemsWithPrefix = (table: Table, pk: string, prefix: string): AsyncGenerator<Item> =>
  queried(table, pk, { text: 'begins_with(sk, :prefix)', values: { ':prefix': prefix } });

/** The same items, parsed. @throws StoredItemError for the first that cannot be understood */
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

/** The same items: those that could be parsed, and an error for each other one. */
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

/** What was read of several items. */
export interface Parsed<T> {
  readonly items: readonly T[];
  readonly unreadable: readonly StoredItemError[];
}

/** Reads what each of `keys` stands for. Items that cannot be understood keep no other from being read. */
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

/** The same for the items whose sort keys are from `first` to `last`, both included, as they are stored. */
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

/**
 * Sends a conditional write.
 * @returns whether its condition held; other errors propagate
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
