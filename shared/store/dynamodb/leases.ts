import { randomUUID } from 'node:crypto';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { HeldLease, LeaseStore, Listed } from '../ports.ts';
import type { StoredItemError } from '../stored-item-error.ts';
import { momentSchema } from './fields.ts';
import { parseItem, parseOr } from './items.ts';
import { compareText, readItem, scanItems, sendConditionalWrite, toListed } from './operations.ts';
import { resourceOf, resourcePartition } from './resource-keys.ts';
import type { Key, Table } from './table.ts';

const leaseKey = (resource: string): Key => ({ pk: resourcePartition(resource), sk: 'LEASE' });

/**
 * How many seconds the item of an expired lease stays in the table. It does no harm, because only `until` decides which
 * run may write. It must stay for long, because a machine with a wrong clock must not cause the deletion of an active
 * lease. DynamoDB deletes expired items within some days.
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
      // Another run held the lease when this run tried to take it. If the run has released it since, it is free.
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
    listHeld: (now) => listHeld(table, now),
  };
}

async function listHeld(table: Table, now: number): Promise<Listed<HeldLease>> {
  const items: HeldLease[] = [];
  const unreadable: StoredItemError[] = [];
  const scan = { text: 'sk = :sk', values: { ':sk': 'LEASE' } };
  for await (const item of scanItems(table, scan))
    parseOr(
      () => {
        const { owner, until } = parseItem(leaseSchema, item, table.tableName);
        if (until > now) items.push({ resource: resourceOf(item.pk), owner, until });
      },
      (error) => void unreadable.push(error),
    );
  return toListed({ items: items.toSorted((a, b) => compareText(a.resource, b.resource)), unreadable });
}

const leaseSchema = z.object({ owner: z.string(), until: momentSchema });

/**
 * The longest plausible lease, in milliseconds. Holders take shorter leases. No version of this project writes a lease
 * that ends later.
 */
const longestLease = 60 * 60 * 1000;

/**
 * Reads a lease. A lease with an implausible end would block every run for good.
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
 * Takes a lease. The SDK may repeat the request after a lost answer, and the repetition would find the lease taken by
 * itself. The attempt id in the condition shows that it is the same request.
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
