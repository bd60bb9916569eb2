import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Listed, ResourceChange, RunRecord, RunStore, WholeRun } from '../ports.ts';
import { getResourceAccount } from '../resource-account.ts';
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
  readEach,
  readItem,
  sendConditionalWrite,
  toListed,
} from './operations.ts';
import {
  accountsKey,
  accountsSchema,
  changeOf,
  changePartition,
  changePrefix,
  partition,
  runKey,
  runSchema,
} from './run-items.ts';
import { listNewestRuns, searchRuns } from './run-search.ts';
import type { Key, Table } from './table.ts';

/**
 * Lists the runs that are open, and the runs whose end is not announced yet. The table has no index, so this partition
 * takes its place.
 *
 * An item here is written before the run's record and deleted after it, so that no such run is missing from the list.
 * If the function dies in between, the next reader deletes the item that is not needed any more.
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

/** Writes the record of a run. A run for an ignored event has no item in the list of open runs. */
async function putRun(table: Table, run: RunRecord): Promise<void> {
  const { runId, status, startedAt } = run;
  const pending = isUnannounced(run);
  if (isOpenRun(status)) await putItem(table, { ...openKey(runId), runId, startedAt });
  if (pending) await putItem(table, { ...endedKey(runId), runId });
  await putItem(table, runItem(run));
  // The item of the open run was deleted when the run ended. Only the item of the announcement can still exist.
  if (run.announcement !== undefined && !pending) await removeItem(table, endedKey(runId));
  else if (status === 'succeeded' || status === 'failed') await removeItem(table, openKey(runId));
}

/**
 * Opens a run. If the run has already ended, its item in the list of open runs is not needed, and `unfinished` deletes
 * it.
 */
async function openRun(table: Table, run: RunRecord): Promise<void> {
  const { client, tableName } = table;
  const { runId, startedAt } = run;
  await putItem(table, { ...openKey(runId), runId, startedAt });
  await sendConditionalWrite(() =>
    client.send(
      new PutCommand({
        TableName: tableName,
        Item: withoutUndefined(runItem(run)),
        ConditionExpression: 'attribute_not_exists(#status) OR NOT (#status IN (:succeeded, :failed))',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':succeeded': 'succeeded', ':failed': 'failed' },
      }),
    ),
  );
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

const runItem = (run: RunRecord): Item => ({
  ...run,
  ...runKey(run.runId),
  accountIds: pack(run.accountIds),
  error: packOptional(run.error),
  unresolved: packOptional(run.unresolved),
  warnings: packOptional(run.warnings),
  readiness: packOptional(run.readiness),
});

const changeKey = (runId: string, resource: string): Key => ({
  pk: changePartition(runId, getResourceAccount(resource)),
  sk: `${changePrefix}${resource}`,
});

const changeItem = (runId: string, change: ResourceChange): Item => ({
  ...change,
  ...changeKey(runId, change.resource),
  before: packOptional(change.before),
  after: packOptional(change.after),
  readings: packOptional(change.readings),
  error: packOptional(change.error),
  holds: packOptional(change.holds),
  added: packOptional(change.added),
  removed: packOptional(change.removed),
  warnings: packOptional(change.warnings),
});
