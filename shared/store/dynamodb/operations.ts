import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import type * as z from 'zod';
import { type Item, parseItem } from './items.ts';
import type { Key, Table } from './table.ts';

/** Consistent read of one item. */
export async function readItem<T>(
  table: Table,
  key: Key,
  schema: z.ZodType<T>,
  keyFor?: (content: T) => Key,
): Promise<T | undefined> {
  const { client, tableName } = table;
  const { Item: item } = await client.send(
    new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true }),
  );
  return item && parseItem(schema, item, tableName, keyFor);
}

/**
 * Consistent read of the items of `pk` whose sort key begins with `prefix`, in the order of the sort keys (bytes
 * of UTF-8). A page ends at 1 MB (Query, API reference), so all pages are read. Not a snapshot: each item is as
 * it was when its page was read.
 */
export async function queryItems<T>(
  table: Table,
  pk: string,
  prefix: string,
  schema: z.ZodType<T>,
  keyFor?: (content: T) => Key,
): Promise<readonly T[]> {
  const found: T[] = [];
  const condition = { text: 'begins_with(sk, :prefix)', values: { ':prefix': prefix } };
  for await (const item of queried(table, pk, condition))
    found.push(parseItem(schema, item, table.tableName, keyFor));
  return found;
}

/** The same for the items whose sort keys are from `first` to `last`, both included, as they are stored. */
export const itemsBetween = (table: Table, pk: string, first: string, last: string): AsyncGenerator<Item> =>
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
export async function conditionHeld(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
