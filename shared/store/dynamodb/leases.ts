import { randomUUID } from 'node:crypto';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { LeaseStore } from '../ports.ts';
import { momentSchema } from './fields.ts';
import { readItem, sendConditionalWrite } from './operations.ts';
import type { Key, Table } from './table.ts';

const leaseKey = (resource: string): Key => ({ pk: `RESOURCE#${resource}`, sk: 'LEASE' });

/**
 * How long the item of an ended lease stays. Only `until` decides who may write; DynamoDB deletes expired items
 * within some days, not at the second, and a clock of ours that is wrong must not delete a lease that is held.
 */
const secondsKept = 7 * 24 * 60 * 60;

export function createDynamoLeases(table: Table): LeaseStore {
  const { client, tableName } = table;
  return {
    async acquire(resource, owner, now, until) {
      const taken = await sendConditionalWrite(() =>
        client.send(new PutCommand({ TableName: tableName, ...lease(resource, owner, now, until) })),
      );
      if (taken) return { taken, until };
      const held = await readLease(table, resource, now);
      // A lease that has been released in the meantime is free.
      return held === undefined ? { taken, until: now } : { taken, until: held.until, owner: held.owner };
    },
    async release(resource, owner) {
      await sendConditionalWrite(() =>
        client.send(
          new DeleteCommand({
            TableName: tableName,
            Key: leaseKey(resource),
            ConditionExpression: '#owner = :owner',
            ExpressionAttributeNames: { '#owner': 'owner' },
            ExpressionAttributeValues: { ':owner': owner },
          }),
        ),
      );
    },
  };
}

const leaseSchema = z.object({ owner: z.string(), until: momentSchema });

/** No holder takes a lease for so long: one that ends later was not written by any version of this project. */
const longestLease = 60 * 60 * 1000;

/**
 * A lease that does not say until when it lasts in our way would keep everybody out for good.
 * @throws StoredItemError
 */
const readLease = (table: Table, resource: string, now: number) =>
  readItem(
    table,
    leaseKey(resource),
    leaseSchema.refine(({ until }) => until <= now + longestLease, {
      path: ['until'],
      message: 'expected the end of a lease, which lasts minutes, and it is more than an hour away',
    }),
  );

/**
 * The attempt tells a request that the SDK repeats, because the answer to the first never came, from a second
 * call: without it the repeated request would find its own lease, and the resource would be busy for nobody.
 */
function lease(resource: string, owner: string, now: number, until: number) {
  const attempt = randomUUID();
  const expiresAt = Math.ceil(until / 1000) + secondsKept;
  return {
    Item: { ...leaseKey(resource), owner, until, attempt, expiresAt },
    ConditionExpression: 'attribute_not_exists(pk) OR #until <= :now OR #attempt = :attempt',
    ExpressionAttributeNames: { '#until': 'until', '#attempt': 'attempt' },
    ExpressionAttributeValues: { ':now': now, ':attempt': attempt },
  };
}
