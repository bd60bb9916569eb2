import { randomUUID } from 'node:crypto';
import { TransactionConflictException } from '@aws-sdk/client-dynamodb';
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
 * How many seconds the item of an expired lease stays in the table before DynamoDB may delete it. It does no harm
 * there, because only `until` decides which run may write. The time is long so that no machine with a wrong clock can
 * cause the deletion of an active lease.
 */
const secondsKept = 7 * 24 * 60 * 60;

export function createDynamoLeases(table: Table): LeaseStore {
  const { client, tableName } = table;
  return {
    async acquire(resource, owner, now, until) {
      const taken = await sendUnlessInTransaction(() =>
        client.send(new PutCommand({ TableName: tableName, ...lease(resource, owner, now, until) })),
      );
      if (taken) return { taken, until };
      const held = await readLease(table, resource, now);
      // Another run held the lease when this run tried to take it. If no item is left, that run has released it since.
      return held === undefined ? { taken, until: now } : { taken, until: held.until, owner: held.owner };
    },
    async release(resource, owner) {
      await sendConditionalWrite(() => client.send(new DeleteCommand(createRelease(table, resource, owner))));
    },
    listHeld: (now) => listHeld(table, now),
  };
}

/**
 * As `sendConditionalWrite`. The write also fails while a transaction changes the item: the holder releases its lease in
 * the transaction that saves its result ("Transaction conflict handling in DynamoDB", developer guide).
 */
async function sendUnlessInTransaction(write: () => Promise<unknown>): Promise<boolean> {
  try {
    return await sendConditionalWrite(write);
  } catch (error) {
    if (error instanceof TransactionConflictException) return false;
    throw error;
  }
}

/** Deletes the lease if `owner` still holds it. */
export const createRelease = ({ tableName }: Table, resource: string, owner: string) => ({
  TableName: tableName,
  Key: leaseKey(resource),
  ConditionExpression: '#owner = :owner',
  ExpressionAttributeNames: { '#owner': 'owner' },
  ExpressionAttributeValues: { ':owner': owner },
});

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
 * The longest plausible lease, in milliseconds. Runs take shorter leases, and no version of this project has ever taken
 * a longer one.
 */
const longestLease = 60 * 60 * 1000;

/**
 * Reads a lease. An end that is too far in the future is an error, because such a lease would block every run for good.
 * @throws StoredItemError
 */
const readLease = (table: Table, resource: string, now: number) =>
  readItem(
    table,
    leaseKey(resource),
    leaseSchema.refine(({ until }) => until <= now + longestLease, {
      path: ['until'],
      message: 'expected a time within the next hour, because a lease lasts only minutes',
    }),
  );

/**
 * Takes a lease. If the answer is lost, the SDK repeats the request, which then finds the lease taken by the first
 * request. The condition contains the id of the attempt, so that the repeated request succeeds as well.
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
