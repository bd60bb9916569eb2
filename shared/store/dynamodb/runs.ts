import { DeleteCommand, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { ConcurrentUpdateError } from '../../platform/errors.ts';
import type { Listed, ResourceChange, RunRecord, RunStore, WholeRun } from '../ports.ts';
import { isOpenRun, isUnannounced } from '../run-status.ts';
import { pack, packOptional } from './documents.ts';
import { timeSchema } from './fields.ts';
import { type Item, parseItem, withoutUndefined } from './items.ts';
import {
  compareText,
  getItem,
  iterateItemsBetween,
  iterateItemsWithPrefix,
  listItems,
  type Parsed,
  putItems,
  readEach,
  readItem,
  toListed,
} from './operations.ts';
import {
  accountsKey,
  accountsSchema,
  changeItem,
  changeKey,
  changeOf,
  changePartition,
  changePrefix,
  partition,
  runKey,
  runSchema,
} from './run-items.ts';
import { listNewestRuns, searchRuns } from './run-search.ts';
import type { Key, Table } from './table.ts';
import { sendTransaction, type TransactionPart } from './transactions.ts';

/**
 * Lists the runs that are open, and the runs whose end is not announced yet. The table has no index, so this partition
 * takes its place.
 *
 * An item here is written and deleted in one transaction with the record of the run, so that no such run is missing. The
 * next reader deletes an item that the record does not need any more.
 *
 * A pending announcement has an item of its own. Otherwise the first step of the run, if it arrives late, would replace
 * the item.
 */
const openPartition = 'OPEN_RUNS';
const openPrefix = 'RUN#';
const openKey = (runId: string): Key => ({ pk: openPartition, sk: `${openPrefix}${runId}` });
const openSchema = z.object({ runId: z.string(), startedAt: timeSchema });
const endedPrefix = 'ENDED#';
const endedKey = (runId: string): Key => ({ pk: openPartition, sk: `${endedPrefix}${runId}` });
const endedSchema = z.object({ runId: z.string() });

export function createDynamoRuns(table: Table): RunStore {
  return {
    get: (runId) => readRun(table, runId),
    put: (run) => putRun(table, run),
    open: (run) => openRun(table, run),
    listUnfinished: (before) => unfinished(table, before),
    listUnannounced: () => unannounced(table),
    putChangedAccounts: (runId, accountIds) => putItem(table, { ...accountsKey(runId), accountIds }),
    putChange: (runId, change) => putItem(table, changeItem(runId, change)),
    putChanges: (runId, changes) =>
      putItems(
        table,
        changes.map((change) => changeItem(runId, change)),
      ),
    getChange: (runId, resource) => readChange(table, runId, resource),
    getWhole: (runId) => readWhole(table, runId),
    getPart: (runId, accountId) => readPart(table, runId, accountId),
    search: (query) => searchRuns(table, query),
    listNewest: (limit) => listNewestRuns(table, limit),
  };
}

export const readRun = (table: Table, runId: string): Promise<RunRecord | undefined> =>
  readItem(table, runKey(runId), runSchema);

async function readChange(
  table: Table,
  runId: string,
  resource: string,
): Promise<ResourceChange | undefined> {
  const item = await getItem(table, changeKey(runId, resource));
  return item && changeOf(table, item);
}

/**
 * Reads a run. One query returns the list of its accounts and its record, because their sort keys are neighbors. Then
 * it reads the changes in each account. The request for approval is not read.
 */
async function readWhole(table: Table, runId: string): Promise<WholeRun> {
  let run: RunRecord | undefined;
  let accountIds: readonly string[] = [];
  const [first, last] = [accountsKey(runId).sk, runKey(runId).sk];
  for await (const item of iterateItemsBetween(table, partition(runId), first, last))
    if (item.sk === first) accountIds = parseItem(accountsSchema, item, table.tableName).accountIds;
    else if (item.sk === last) run = parseItem(runSchema, item, table.tableName);
  const changes = await Promise.all(accountIds.map((accountId) => readChanges(table, runId, accountId)));
  return { run, changes: changes.flat().toSorted((a, b) => compareText(a.resource, b.resource)) };
}

async function readPart(table: Table, runId: string, accountId: string): Promise<WholeRun> {
  const [run, changes] = await Promise.all([readRun(table, runId), readChanges(table, runId, accountId)]);
  return { run, changes };
}

async function readChanges(
  table: Table,
  runId: string,
  accountId: string,
): Promise<readonly ResourceChange[]> {
  const changes: ResourceChange[] = [];
  for await (const item of iterateItemsWithPrefix(table, changePartition(runId, accountId), changePrefix))
    changes.push(changeOf(table, item));
  return changes;
}

async function putItem({ client, tableName }: Table, item: Item): Promise<void> {
  await client.send(new PutCommand({ TableName: tableName, Item: withoutUndefined(item) }));
}

/**
 * Writes the record.
 * @throws ConcurrentUpdateError if another function writes the record of the same run now
 */
async function putRun(table: Table, run: RunRecord): Promise<void> {
  const { client, tableName } = table;
  const parts = [{ Put: { TableName: tableName, Item: runItem(run) } }, ...listMarks(table, run)];
  if (parts.length === 1) return putItem(table, runItem(run));
  if (!(await sendTransaction(() => client.send(new TransactWriteCommand({ TransactItems: parts })))))
    throw new ConcurrentUpdateError(`Another function writes the record of run ${run.runId} now`, {
      runId: run.runId,
    });
}

/** The items of the list of open runs to write and delete with the record. A run for an ignored event has no such item. */
function listMarks({ tableName: TableName }: Table, run: RunRecord): readonly TransactionPart[] {
  const { runId, status, startedAt, announcement } = run;
  if (isOpenRun(status)) return [{ Put: { TableName, Item: { ...openKey(runId), runId, startedAt } } }];
  const pending = isUnannounced(run);
  // The item of the open run was deleted when the run ended. Only the item of the announcement can still exist.
  if (announcement !== undefined && !pending) return [{ Delete: { TableName, Key: endedKey(runId) } }];
  return [
    ...(pending ? [{ Put: { TableName, Item: { ...endedKey(runId), runId } } }] : []),
    ...(status === 'succeeded' || status === 'failed'
      ? [{ Delete: { TableName, Key: openKey(runId) } }]
      : []),
  ];
}

/** Opens a run, unless it has ended already. If the first step is repeated at the same time, one of both opens the run. */
async function openRun(table: Table, run: RunRecord): Promise<void> {
  const { client, tableName: TableName } = table;
  const record = {
    TableName,
    Item: runItem(run),
    ConditionExpression: 'attribute_not_exists(#status) OR NOT (#status IN (:succeeded, :failed))',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':succeeded': 'succeeded', ':failed': 'failed' },
  };
  const command = new TransactWriteCommand({ TransactItems: [{ Put: record }, ...listMarks(table, run)] });
  await sendTransaction(() => client.send(command));
}

async function removeItem({ client, tableName }: Table, key: Key): Promise<void> {
  await client.send(new DeleteCommand({ TableName: tableName, Key: key }));
}

/** The ids and start times of the runs in the list of open runs. Some of them may have ended. */
export const listOpenRuns = (table: Table) => listItems(table, openPartition, openPrefix, openSchema);

async function unfinished(table: Table, before: string): Promise<Listed<RunRecord>> {
  const { items, unreadable } = await listOpenRuns(table);
  const early = items.filter(({ startedAt }) => startedAt < before);
  return toListed(
    await recordsOf(table, { items: early, unreadable }, openKey, ({ status }) => isOpenRun(status)),
  );
}

async function unannounced(table: Table): Promise<Listed<RunRecord>> {
  const ended = await listItems(table, openPartition, endedPrefix, endedSchema);
  const runs = await recordsOf(table, ended, endedKey, (run) => isOpenRun(run.status) || isUnannounced(run));
  // A run may have ended after it was put on the list. Only runs that are still open are returned.
  return toListed({ ...runs, items: runs.items.filter(({ status }) => !isOpenRun(status)) });
}

/**
 * Reads the records of the listed runs. Deletes an item from the list if the run's record does not need it any more.
 */
const recordsOf = (
  table: Table,
  items: Parsed<{ readonly runId: string }>,
  keyOf: (runId: string) => Key,
  isNeeded: (run: RunRecord) => boolean,
): Promise<Parsed<RunRecord>> =>
  readEach(items, async ({ runId }) => {
    const run = await readRun(table, runId);
    if (run !== undefined && isNeeded(run)) return run;
    await removeItem(table, keyOf(runId));
    return undefined;
  });

const runItem = (run: RunRecord): Item =>
  withoutUndefined({
    ...run,
    ...runKey(run.runId),
    accountIds: pack(run.accountIds),
    error: packOptional(run.error),
    unresolved: packOptional(run.unresolved),
    warnings: packOptional(run.warnings),
    readiness: packOptional(run.readiness),
  });
