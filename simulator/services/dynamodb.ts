import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { getPartitionFacts } from '../../shared/platform/partitions.ts';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import type { Placeholders, TableItem } from '../dynamodb/expressions.ts';
import {
  applyWrite,
  createTable,
  findItem,
  isPossible,
  queryPage,
  readKey,
  type SimulatedTable,
  scanTable,
  type TableKey,
  type TableWrite,
} from '../dynamodb/tables.ts';
import { findDenial } from '../permissions.ts';
import type { Caller, SimulatedWorld } from '../world.ts';
import { findKeyUseDenial } from './kms-keys.ts';

type OnTable<T> = T & { readonly TableName: string };

interface QueryInput extends Placeholders {
  readonly KeyConditionExpression: string;
  readonly ExpressionAttributeValues: Readonly<Record<string, unknown>>;
  readonly ExclusiveStartKey?: TableKey;
}

interface BatchGetInput {
  readonly RequestItems: Readonly<Record<string, { readonly Keys: readonly TableItem[] }>>;
}

interface BatchWriteInput {
  readonly RequestItems: Readonly<Record<string, readonly { readonly PutRequest: TableWrite }[]>>;
}

type TransactionPart = Readonly<Record<string, OnTable<TableWrite>>>;

/**
 * Amazon DynamoDB, for the document client: values are those of JavaScript. Source: API reference and "Using IAM policy
 * conditions for fine-grained access control" (developer guide).
 */
export const dynamodb: ServiceOperations = {
  GetItem: defineOperation<OnTable<TableWrite>, object>((call) => {
    const { table, authorize } = openTable(call, call.input.TableName);
    const key = readKey(call.input);
    authorize('GetItem', key.pk, [key.pk]);
    const item = findItem(table, key);
    return item === undefined ? {} : { Item: structuredClone(item) };
  }),
  BatchGetItem: defineOperation<BatchGetInput, object>((call) => batchGet(call)),
  BatchWriteItem: defineOperation<BatchWriteInput, object>((call) => batchWrite(call)),
  Query: defineOperation<OnTable<QueryInput>, object>((call) => {
    const { input } = call;
    const { table, authorize } = openTable(call, input.TableName);
    const pk = String(input.ExpressionAttributeValues[':pk']);
    authorize('Query', pk, [pk]);
    return queryPage(table, { pk, condition: input.KeyConditionExpression, ...input });
  }),
  Scan: defineOperation<OnTable<Parameters<typeof scanTable>[1]>, object>((call) => {
    const { table, authorizeScan } = openTable(call, call.input.TableName);
    authorizeScan();
    return { Items: scanTable(table, call.input) };
  }),
  PutItem: defineOperation<OnTable<TableWrite>, object>((call) => write(call, 'PutItem')),
  UpdateItem: defineOperation<OnTable<TableWrite>, object>((call) => write(call, 'UpdateItem')),
  DeleteItem: defineOperation<OnTable<TableWrite>, object>((call) => write(call, 'DeleteItem')),
  TransactWriteItems: defineOperation<{ readonly TransactItems: readonly TransactionPart[] }, object>(
    (call) => transact(call),
  ),
};

/** Reads several items. The caller must be allowed to read each key. `UnprocessedKeys` is always empty. */
function batchGet(call: ServiceCall<BatchGetInput>): object {
  const Responses = Object.entries(call.input.RequestItems).map(([name, { Keys }]) => {
    const { table, authorize } = openTable(call, name);
    const keys = Keys.map((Key) => readKey({ Key }));
    expectBatch(keys, 100);
    const partitions = [...new Set(keys.map(({ pk }) => pk))];
    for (const pk of partitions) authorize('BatchGetItem', pk, partitions);
    const items = keys.flatMap((key) => findItem(table, key) ?? []);
    return [name, items.map((item) => structuredClone(item))] as const;
  });
  return { Responses: Object.fromEntries(Responses), UnprocessedKeys: {} };
}

/** Puts items. The store deletes none in this way. All items are written: none is left for the next request. */
function batchWrite(call: ServiceCall<BatchWriteInput>): object {
  for (const [name, requests] of Object.entries(call.input.RequestItems)) {
    const { table, authorize } = openTable(call, name);
    const puts = requests.map(({ PutRequest }) => PutRequest);
    const keys = puts.map(readKey);
    expectBatch(keys, 25);
    const partitions = [...new Set(keys.map(({ pk }) => pk))];
    for (const pk of partitions) authorize('BatchWriteItem', pk, partitions);
    for (const put of puts) applyWrite(table, put);
  }
  return { UnprocessedItems: {} };
}

function expectBatch(keys: readonly TableKey[], most: number): void {
  if (keys.length > most || new Set(keys.map(({ pk, sk }) => `${pk} ${sk}`)).size < keys.length)
    throw createAwsError(
      'ValidationException',
      'Provided list of item keys is too long or contains duplicates',
    );
}

function write(call: ServiceCall<OnTable<TableWrite>>, action: string): object {
  const { table, authorize } = openTable(call, call.input.TableName);
  const { pk } = readKey(call.input);
  authorize(action, pk, [pk]);
  if (!isPossible(table, call.input))
    throw new ConditionalCheckFailedException({
      message: 'The conditional request failed',
      $metadata: { httpStatusCode: 400 },
    });
  applyWrite(table, call.input);
  return {};
}

const partActions: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

/**
 * Runs a transaction. The caller needs the permission for each part of it, and no other permission ("Using IAM with
 * DynamoDB transactions", developer guide).
 */
function transact(call: ServiceCall<{ readonly TransactItems: readonly TransactionPart[] }>): object {
  const parts = call.input.TransactItems.flatMap((part) => Object.entries(part));
  const keys = [...new Set(parts.map(([, each]) => readKey(each).pk))];
  const opened = parts.map(([name, each]) => {
    const { table, authorize } = openTable(call, each.TableName);
    authorize(partActions[name] ?? name, readKey(each).pk, keys);
    return { name, each, table };
  });
  const reasons = opened.map(({ table, each }) => ({
    Code: isPossible(table, each) ? 'None' : 'ConditionalCheckFailed',
  }));
  if (reasons.some(({ Code }) => Code !== 'None')) throw cancelled(reasons);
  for (const { name, each, table } of opened) if (name !== 'ConditionCheck') applyWrite(table, each);
  return {};
}

const cancelled = (CancellationReasons: { Code: string }[]): TransactionCanceledException =>
  new TransactionCanceledException({
    message: 'Transaction cancelled, please refer cancellation reasons for specific reasons',
    CancellationReasons,
    $metadata: { httpStatusCode: 400 },
  });

interface OpenedTable {
  readonly table: SimulatedTable;
  /**
   * @throws ServiceException unless IAM allows the action both with the keys of this part and with the keys of the
   * whole transaction
   */
  readonly authorize: (action: string, pk: string, keys: readonly string[]) => void;
  /** A scan has no partition key. @throws ServiceException unless IAM allows it */
  readonly authorizeScan: () => void;
}

interface KeyedTable {
  readonly table: SimulatedTable;
  readonly name: string;
  readonly region: string;
}

/**
 * DynamoDB decrypts the table's own key in the name of the caller ("DynamoDB encryption at rest usage notes", developer
 * guide).
 */
function useTableKey(world: SimulatedWorld, caller: Caller, { table, name, region }: KeyedTable): void {
  if (table.keyArn === undefined) return;
  const { dnsSuffix } = getPartitionFacts(world.settings.partition);
  const denial = findKeyUseDenial(world, caller, {
    keyArn: table.keyArn,
    action: 'kms:Decrypt',
    context: {
      'kms:ViaService': `dynamodb.${region}.${dnsSuffix}`,
      'kms:EncryptionContext:aws:dynamodb:tableName': name,
      'kms:EncryptionContext:aws:dynamodb:subscriberId': caller.accountId,
      'kms:EncryptionContextKeys': ['aws:dynamodb:tableName', 'aws:dynamodb:subscriberId'],
    },
  });
  if (denial !== undefined) throw createAwsError('AccessDeniedException', denial);
}

function openTable({ world, caller, region }: ServiceCall<object>, name: string): OpenedTable {
  const arn = `arn:${world.settings.partition}:dynamodb:${region}:${caller.accountId}:table/${name}`;
  const table = world.tables.get(arn) ?? createTable();
  world.tables.set(arn, table);
  const expectAllowed = (action: string, leadingKeys: readonly string[]): void => {
    const denial = findDenial(world, caller, {
      action: `dynamodb:${action}`,
      resource: arn,
      resourceAccount: caller.accountId,
      region,
      context: { 'dynamodb:LeadingKeys': leadingKeys },
    });
    if (denial !== undefined) throw createAwsError('AccessDeniedException', denial);
    useTableKey(world, caller, { table, name, region });
  };
  return {
    table,
    authorizeScan: () => expectAllowed('Scan', []),
    // AWS does not document whether `dynamodb:LeadingKeys` has the keys of one part or of the whole transaction. So
    // both must be allowed.
    authorize: (action, pk, keys) => {
      expectAllowed(action, [pk]);
      if (keys.length > 1) expectAllowed(action, keys);
    },
  };
}
