import * as z from 'zod';
import { type ErrorRecord, toErrorRecord } from '../../platform/errors.ts';
import type {
  ChannelAnnouncement,
  Outcome,
  Reach,
  ResourceChange,
  RunRecord,
  RunStatus,
  SweepCounts,
} from '../ports.ts';
import { accessStatuses, readinessSchema } from '../readiness.ts';
import { getResourceAccount } from '../resource-account.ts';
import { driftStatuses, memberRoleStatuses } from '../run-ports.ts';
import { packedSchema, packOptional } from './documents.ts';
import { countSchema, timeSchema } from './fields.ts';
import { recordedHoldsSchema } from './holds.ts';
import { type Item, parseItem, parseOr, withoutUndefined } from './items.ts';
import type { Key, Table } from './table.ts';

const statuses = [
  'running',
  'waiting-for-approval',
  'succeeded',
  'failed',
  'ignored',
] as const satisfies readonly RunStatus[];
const outcomes = [
  'written',
  'unchanged',
  'held',
  'conflict',
  'busy',
  'refused',
  'failed',
] as const satisfies readonly Outcome[];

const strings = z.array(z.string());
const documents = z.record(z.string(), z.unknown());

export const errorSchema: z.ZodType<ErrorRecord> = z.object({
  name: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  fields: documents.exactOptional(),
});

const countsSchema: z.ZodType<SweepCounts> = z.object({
  accounts: countSchema,
  changed: countSchema,
  departed: countSchema,
  equal: countSchema,
  written: countSchema,
  held: countSchema,
  conflict: countSchema,
  refused: countSchema,
  failed: countSchema,
  closedRuns: countSchema,
  drift: z.partialRecord(z.enum(driftStatuses), countSchema),
  memberRoles: z
    .object({
      accounts: countSchema,
      roles: z.partialRecord(z.enum(memberRoleStatuses), countSchema),
      accesses: z.partialRecord(z.enum(accessStatuses), countSchema),
    })
    .exactOptional(),
});

const reachSchema: z.ZodType<Reach> = z.object({ accounts: countSchema, resources: countSchema });

const channelSchema: z.ZodType<ChannelAnnouncement> = z.object({
  status: z.enum(['announced', 'pending']),
  at: timeSchema,
  error: z.string().exactOptional(),
});

export const runFields = {
  runId: z.string(),
  status: z.enum(statuses),
  eventTime: timeSchema.exactOptional(),
  startedAt: timeSchema,
  finishedAt: timeSchema.exactOptional(),
  cause: z.string().exactOptional(),
  accountIds: packedSchema(strings),
  reason: z.string().exactOptional(),
  error: packedSchema(errorSchema).exactOptional(),
  unresolved: packedSchema(strings).exactOptional(),
  warnings: packedSchema(strings).exactOptional(),
  startedBy: z.string().exactOptional(),
  announcedAt: timeSchema.exactOptional(),
  announcement: z
    .object({ title: z.string(), bus: channelSchema, topic: channelSchema.exactOptional() })
    .exactOptional(),
  counts: countsSchema.exactOptional(),
  accessChanges: z
    .object({ granted: reachSchema, revoked: reachSchema, inGrace: reachSchema })
    .exactOptional(),
  readiness: packedSchema(readinessSchema).exactOptional(),
  waitingUntil: timeSchema.exactOptional(),
};

export const runSchema: z.ZodType<RunRecord> = z.object(runFields);

export const changeFields = {
  resource: z.string(),
  centralAccount: z.string().min(1).exactOptional(),
  plannedAt: timeSchema.exactOptional(),
  plannedGeneration: countSchema.exactOptional(),
  planned: z.enum(['change', 'none']).exactOptional(),
  drift: z.enum(driftStatuses).exactOptional(),
  outcome: z.enum(outcomes).exactOptional(),
  finishedAt: timeSchema.exactOptional(),
  before: packedSchema(documents).exactOptional(),
  after: packedSchema(documents).exactOptional(),
  readings: packedSchema(documents).exactOptional(),
  size: countSchema.exactOptional(),
  limit: countSchema.exactOptional(),
  unit: z.string().exactOptional(),
  error: packedSchema(errorSchema).exactOptional(),
  holds: packedSchema(recordedHoldsSchema).exactOptional(),
  wrote: z.literal(true).exactOptional(),
  added: packedSchema(strings).exactOptional(),
  removed: packedSchema(strings).exactOptional(),
  warnings: packedSchema(strings).exactOptional(),
};

const changeSchema: z.ZodType<ResourceChange> = z.object(changeFields);

export const partition = (runId: string): string => `RUN#${runId}`;
export const runKey = (runId: string): Key => ({ pk: partition(runId), sk: 'RUN' });

/** The item that lists the accounts in which a run changes resources. */
export const accountsKey = (runId: string): Key => ({ pk: partition(runId), sk: 'CHANGED_ACCOUNTS' });
export const accountsSchema = z.object({ accountIds: strings });

/**
 * The partition with a run's changes in one account. The role of that account's update function may write this
 * partition, and no other items of the run.
 */
export const changePartition = (runId: string, accountId: string): string =>
  `${partition(runId)}#${accountId}`;
export const changePrefix = 'CHANGE#';
/** The id of the run to which a partition of changes belongs. */
export const runOfChanges = (pk: unknown): string => String(pk).replace(/^RUN#|#[^#]*$/g, '');

/**
 * The change of a resource. A malformed item counts as a change that is not done, with an error that is reported for
 * the resource.
 */
export const changeOf = ({ tableName }: Table, item: Item): ResourceChange =>
  parseOr<ResourceChange>(
    () => parseItem(changeSchema, item, tableName, keyOfChange(item)),
    (error) => ({ resource: resourceOfChange(item), error: toErrorRecord(error) }),
  );

const resourceOfChange = ({ sk }: Item): string => String(sk).slice(changePrefix.length);

/** The key that belongs to the item of a change. Its partition names the run and the account. */
const keyOfChange =
  ({ pk }: Item) =>
  ({ resource }: ResourceChange): Key => ({ pk: String(pk), sk: `${changePrefix}${resource}` });

export const changeKey = (runId: string, resource: string): Key => ({
  pk: changePartition(runId, getResourceAccount(resource)),
  sk: `${changePrefix}${resource}`,
});

export const changeItem = (runId: string, change: ResourceChange): Item =>
  withoutUndefined({
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
