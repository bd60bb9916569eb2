import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import type * as z from 'zod';
import { type Item, parseItem } from './items.ts';
import type { Key, Table } from './table.ts';

/** Consistent read of one item. */
export async function readItem<T>(table: Table, key: Key, schema: z.ZodType<T>): Promise<T | undefined> {
  const { client, tableName } = table;
  const { Item: item } = await client.send(
    new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true }),
  );
  return item && parseItem(schema, item, tableName);
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
): Promise<readonly T[]> {
  const { client, tableName } = table;
  const found: T[] = [];
  const query = {
    TableName: tableName,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
    ConsistentRead: true,
  };
  for await (const { Items: items = [] } of paginateQuery({ client }, query)) {
    found.push(...items.map((item: Item) => parseItem(schema, item, tableName)));
  }
  return found;
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
