import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { ErrorRecord } from '../../errors.ts';
import type { Outcome, ResourceChange, RunRecord, RunStatus, RunStore } from '../ports.ts';
import { pack, packed, packOptional } from './documents.ts';
import { defined, type Item } from './items.ts';
import { queryItems, readItem } from './operations.ts';
import type { Key, Table } from './table.ts';

const statuses = ['running', 'succeeded', 'failed', 'ignored'] as const satisfies readonly RunStatus[];
const outcomes = [
  'written',
  'unchanged',
  'withheld',
  'set-aside',
  'busy',
  'refused',
  'failed',
] as const satisfies readonly Outcome[];

const strings = z.array(z.string());
const documents = z.record(z.string(), z.unknown());

const errorSchema: z.ZodType<ErrorRecord> = z.object({
  name: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  fields: documents.exactOptional(),
});

const runSchema: z.ZodType<RunRecord> = z.object({
  runId: z.string(),
  status: z.enum(statuses),
  startedAt: z.string(),
  finishedAt: z.string().exactOptional(),
  cause: z.string().exactOptional(),
  accountIds: packed(strings),
  reason: z.string().exactOptional(),
  error: packed(errorSchema).exactOptional(),
  left: packed(strings).exactOptional(),
});

const changeSchema: z.ZodType<ResourceChange> = z.object({
  resource: z.string(),
  plannedAt: z.string().exactOptional(),
  plannedGeneration: z.number().exactOptional(),
  planned: z.enum(['change', 'none']).exactOptional(),
  outcome: z.enum(outcomes).exactOptional(),
  finishedAt: z.string().exactOptional(),
  before: packed(documents).exactOptional(),
  after: packed(documents).exactOptional(),
  size: z.number().exactOptional(),
  limit: z.number().exactOptional(),
  error: packed(errorSchema).exactOptional(),
  accountIds: packed(strings).exactOptional(),
});

const partition = (runId: string): string => `RUN#${runId}`;
const runKey = (runId: string): Key => ({ pk: partition(runId), sk: 'RUN' });
const changePrefix = 'CHANGE#';

export function dynamoRuns(table: Table): RunStore {
  const put = async (item: Item): Promise<void> => {
    await table.client.send(new PutCommand({ TableName: table.tableName, Item: defined(item) }));
  };
  return {
    get: (runId) => readItem(table, runKey(runId), runSchema),
    put: (run) => put(runItem(run)),
    putChange: (runId, change) => put(changeItem(runId, change)),
    changes: (runId) => queryItems(table, partition(runId), changePrefix, changeSchema),
  };
}

const runItem = (run: RunRecord): Item => ({
  ...run,
  ...runKey(run.runId),
  accountIds: pack(run.accountIds),
  error: packOptional(run.error),
  left: packOptional(run.left),
});

const changeItem = (runId: string, change: ResourceChange): Item => ({
  ...change,
  pk: partition(runId),
  sk: `${changePrefix}${change.resource}`,
  before: packOptional(change.before),
  after: packOptional(change.after),
  error: packOptional(change.error),
  accountIds: packOptional(change.accountIds),
});
