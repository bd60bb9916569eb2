import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { toErrorRecord } from '../../platform/errors.ts';
import type {
  BegunWrite,
  Conflict,
  LastReconciliation,
  ManagedContent,
  ReconciliationEnd,
  ResourceState,
  ResourceStore,
  StateReading,
} from '../ports.ts';
import { getResourceAccount } from '../resource-account.ts';
import { packedSchema, packOptional } from './documents.ts';
import { activationIdSchema, countSchema, ordinalSchema, timeSchema } from './fields.ts';
import { holdsSchema } from './holds.ts';
import { type Item, parseItem, parseOr, withoutUndefined } from './items.ts';
import { createRelease } from './leases.ts';
import { compareText, iterateItemsWithPrefix, readItem, readItems } from './operations.ts';
import { inventoryPartition, resourcePartition } from './resource-keys.ts';
import { changeItem } from './run-items.ts';
import type { Key, Table } from './table.ts';
import { sendTransaction, type TransactionPart } from './transactions.ts';

const conflictSchema: z.ZodType<Conflict> = z.object({
  strikes: z.union([z.literal(1), z.literal(2)]),
  restoredAt: timeSchema,
  changedAt: timeSchema,
  sids: z.array(z.string()),
});

const lastReconciliationSchema: z.ZodType<LastReconciliation> = z.object({
  runId: z.string(),
  at: timeSchema,
  revision: countSchema,
  activationId: activationIdSchema,
  grants: z.array(z.string()),
  generation: ordinalSchema,
});

const managedSchema: z.ZodType<ManagedContent> = z.object({
  sids: z.array(z.string()),
  digests: z.record(z.string(), z.string()).exactOptional(),
});

const begunWriteSchema: z.ZodType<BegunWrite> = z.object({
  runId: z.string(),
  before: z.record(z.string(), z.unknown()),
  added: z.array(z.string()).exactOptional(),
  removed: z.array(z.string()).exactOptional(),
});

const stateSchema: z.ZodType<ResourceState> = z.object({
  lastReconciliation: lastReconciliationSchema.exactOptional(),
  managed: managedSchema,
  unmanaged: packedSchema(z.array(z.object({ digest: z.string(), label: z.string() }))).exactOptional(),
  identity: z.string().exactOptional(),
  writeInProgress: z.enum(['same-configuration', 'other-configuration']).exactOptional(),
  begunWrite: packedSchema(begunWriteSchema).exactOptional(),
  holds: packedSchema(holdsSchema).exactOptional(),
  conflict: conflictSchema.exactOptional(),
  version: ordinalSchema.exactOptional(),
});

const stateKey = (resource: string): Key => ({ pk: resourcePartition(resource), sk: 'STATE' });

const prefix = 'MANAGED#';

export const createDynamoResources = (table: Table): ResourceStore => ({
  get: (resource) => readItem(table, stateKey(resource), stateSchema),
  getMany: (resources) => readStates(table, resources),
  put: (resource, state) => writeState(table, resource, state),
  finish: (resource, state, end) => writeState(table, resource, state, listEndWrites(table, resource, end)),
  async listManaged(accountIds) {
    const keys = await Promise.all(accountIds.map((accountId) => listManagedIn(table, accountId)));
    return keys.flat().toSorted(compareText);
  },
});

async function readStates(
  table: Table,
  resources: readonly string[],
): Promise<ReadonlyMap<string, StateReading>> {
  const items = await readItems(table, [...new Set(resources)].map(stateKey));
  const byPartition = new Map(items.map((item) => [item.pk, item]));
  return new Map(
    resources.map((resource) => {
      const item = byPartition.get(stateKey(resource).pk);
      return [resource, item === undefined ? {} : toReading(table, item)];
    }),
  );
}

const toReading = ({ tableName }: Table, item: Item): StateReading =>
  parseOr<StateReading>(
    () => ({ state: parseItem(stateSchema, item, tableName) }),
    (error) => ({ error: toErrorRecord(error) }),
  );

async function listManagedIn(table: Table, accountId: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { sk } of iterateItemsWithPrefix(table, inventoryPartition(accountId), prefix))
    keys.push(String(sk).slice(prefix.length));
  return keys;
}

/**
 * Writes the state of a resource. The same transaction adds the resource to the inventory if it has managed content,
 * and otherwise removes it.
 */
async function writeState(
  { client, tableName: TableName }: Table,
  resource: string,
  state: ResourceState,
  others: readonly TransactionPart[] = [],
): Promise<number | undefined> {
  const version = (state.version ?? 0) + 1;
  const Put = { TableName, Item: toItem(resource, state, version), ...isVersion(state.version) };
  const key = { pk: inventoryPartition(getResourceAccount(resource)), sk: `${prefix}${resource}` };
  const isManaged = state.managed.sids.length > 0;
  const listed = isManaged ? { Put: { TableName, Item: key } } : { Delete: { TableName, Key: key } };
  const command = new TransactWriteCommand({ TransactItems: [{ Put }, listed, ...others] });
  return (await sendTransaction(() => client.send(command))) ? version : undefined;
}

const listEndWrites = (
  table: Table,
  resource: string,
  { runId, change, owner }: ReconciliationEnd,
): readonly TransactionPart[] => [
  { Put: { TableName: table.tableName, Item: changeItem(runId, change) } },
  ...(owner === undefined ? [] : [{ Delete: createRelease(table, resource, owner) }]),
];

const toItem = (resource: string, state: ResourceState, version: number): Item =>
  withoutUndefined({
    ...stateKey(resource),
    ...state,
    begunWrite: packOptional(state.begunWrite),
    holds: packOptional(state.holds),
    unmanaged: packOptional(state.unmanaged),
    version,
  });

const isVersion = (expected: number | undefined) => ({
  ConditionExpression: expected === undefined ? 'attribute_not_exists(#version)' : '#version = :expected',
  ExpressionAttributeNames: { '#version': 'version' },
  ...(expected === undefined ? {} : { ExpressionAttributeValues: { ':expected': expected } }),
});
