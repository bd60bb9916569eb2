import { DeleteCommand, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import {
  type Delivery,
  type DeliveryKey,
  type DeliveryStatus,
  type DeploymentTarget,
  isOpenDelivery,
  type Listed,
  type OutboxStore,
  type RememberedTargets,
} from '../ports.ts';
import { packedSchema, packOptional } from './documents.ts';
import { accountIdSchema, countSchema, momentSchema, ordinalSchema, timeSchema } from './fields.ts';
import { withoutUndefined } from './items.ts';
import { iterateItemsWithPrefix, listItems, queryItems, readEach, readItem, toListed } from './operations.ts';
import { errorSchema } from './run-items.ts';
import type { Key, Table } from './table.ts';
import { sendTransaction } from './transactions.ts';

const statuses = [
  'claimed',
  'started',
  'complete',
  'rolled-back',
  'reverted',
  'superseded',
  'withdrawn',
  'timed-out',
  'failed',
] as const satisfies readonly DeliveryStatus[];

const targetSchema: z.ZodType<DeploymentTarget> = z.object({
  application: z.string(),
  environment: z.string(),
  profile: z.string(),
  strategy: z.string(),
});

const deliverySchema: z.ZodType<Delivery> = z.object({
  source: z.string(),
  id: z.string(),
  version: z.string(),
  accountId: accountIdSchema,
  region: z.string(),
  target: targetSchema,
  kmsKey: z.string().exactOptional(),
  status: z.enum(statuses),
  runId: z.string(),
  ownedUntil: momentSchema,
  requestedAt: timeSchema,
  updatedAt: timeSchema,
  waitingSince: timeSchema.exactOptional(),
  deployment: countSchema.exactOptional(),
  lastKnownDeployment: countSchema.exactOptional(),
  startedAt: timeSchema.exactOptional(),
  endedAt: timeSchema.exactOptional(),
  startAttempts: countSchema,
  retriedStarts: countSchema,
  startOutcomeUnknown: z.boolean(),
  reason: z.string().exactOptional(),
  error: packedSchema(errorSchema).exactOptional(),
  again: z.object({ until: momentSchema, notifiedByRun: z.string() }).exactOptional(),
  revision: ordinalSchema,
});

const deliveryPrefix = 'DELIVERY#';
const partitionOf = (source: string): string => `OUTBOX#${source}`;

const deliveryKey = ({ source, id }: DeliveryKey): Key => ({
  pk: partitionOf(source),
  sk: `${deliveryPrefix}${id}`,
});

/**
 * The partition that lists the deliveries which the scheduled check must read. The table has no index, so this list
 * takes its place. An item is written in one transaction with its delivery.
 */
const openPartition = 'OPEN_OUTBOX';
const openKey = ({ source, id }: DeliveryKey): Key => ({
  pk: openPartition,
  sk: `${deliveryPrefix}${source}#${id}`,
});
const openSchema: z.ZodType<DeliveryKey> = z.object({ source: z.string(), id: z.string() });

const secretPrefix = 'SECRET#';
const secretKey = (arn: string): Key => ({ pk: 'OUTBOX_SECRETS', sk: `${secretPrefix}${arn}` });

const targetsKey = (arn: string): Key => ({ pk: 'OUTBOX_SECRETS', sk: `TARGETS#${arn}` });
const targetsSchema: z.ZodType<RememberedTargets> = z.object({
  targets: z.array(z.object({ application: z.string(), environment: z.string(), profile: z.string() })),
  at: momentSchema,
  trouble: z.string().exactOptional(),
  notifiedByRun: z.string().exactOptional(),
  troubleAt: momentSchema.exactOptional(),
});

export function createDynamoOutbox(table: Table): OutboxStore {
  const { client, tableName: TableName } = table;
  return {
    async watch(arn) {
      await client.send(new PutCommand({ TableName, Item: { ...secretKey(arn), arn } }));
    },
    async unwatch(arn) {
      for (const Key of [secretKey(arn), targetsKey(arn)])
        await client.send(new DeleteCommand({ TableName, Key }));
    },
    async rememberTargets(arn, targets) {
      await client.send(new PutCommand({ TableName, Item: { ...targetsKey(arn), ...targets } }));
    },
    getRememberedTargets: (arn) => readItem(table, targetsKey(arn), targetsSchema),
    async listWatched() {
      const arns: string[] = [];
      // The key has all the data of the item.
      for await (const { sk } of iterateItemsWithPrefix(table, secretKey('').pk, secretPrefix))
        arns.push(String(sk).slice(secretPrefix.length));
      return arns;
    },
    get: (key) => readItem(table, deliveryKey(key), deliverySchema, deliveryKey),
    put: (delivery, expected) => putDelivery(table, delivery, expected),
    listBySource: (source, prefix) =>
      queryItems(table, partitionOf(source), `${deliveryPrefix}${prefix}`, deliverySchema, deliveryKey),
    listOpen: () => openDeliveries(table),
  };
}

async function openDeliveries(table: Table): Promise<Listed<Delivery>> {
  const keys = await listItems(table, openPartition, deliveryPrefix, openSchema, openKey);
  const { items, unreadable } = await readEach(keys, (key) =>
    readItem(table, deliveryKey(key), deliverySchema, deliveryKey),
  );
  return toListed({ items: items.filter(isOpenDelivery), unreadable });
}

const putDelivery = (
  { client, tableName }: Table,
  delivery: Delivery,
  expected: number | undefined,
): Promise<boolean> => {
  const TableName = tableName;
  const { source, id } = delivery;
  const item = { ...deliveryKey(delivery), ...delivery, error: packOptional(delivery.error) };
  const open = isOpenDelivery(delivery)
    ? { Put: { TableName, Item: { ...openKey(delivery), source, id } } }
    : { Delete: { TableName, Key: openKey(delivery) } };
  return sendTransaction(() =>
    client.send(
      new TransactWriteCommand({
        TransactItems: [{ Put: { TableName, Item: withoutUndefined(item), ...condition(expected) } }, open],
      }),
    ),
  );
};

const condition = (expected: number | undefined) =>
  expected === undefined
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : {
        ConditionExpression: '#revision = :expected',
        ExpressionAttributeNames: { '#revision': 'revision' },
        ExpressionAttributeValues: { ':expected': expected },
      };
