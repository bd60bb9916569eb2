import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type {
  Conflict,
  LastReconciliation,
  ManagedContent,
  ResourceState,
  ResourceStore,
  Tried,
} from '../ports.ts';
import { packedSchema, packOptional } from './documents.ts';
import { accountIdSchema, activationIdSchema, countSchema, ordinalSchema, timeSchema } from './fields.ts';
import { withoutUndefined } from './items.ts';
import { readItem, sendConditionalWrite } from './operations.ts';
import type { Key, Table } from './table.ts';

const conflictSchema: z.ZodType<Conflict> = z.object({
  strikes: z.union([z.literal(1), z.literal(2)]),
  restoredAt: timeSchema,
  changedAt: timeSchema,
  sids: z.array(z.string()),
});

const triedSchema: z.ZodType<Tried> = z.object({
  revision: countSchema,
  setAside: z.array(accountIdSchema),
  refused: z.record(accountIdSchema, timeSchema).exactOptional(),
  reason: z.string().exactOptional(),
  ambiguous: z.literal(true).exactOptional(),
});

const lastReconciliationSchema: z.ZodType<LastReconciliation> = z.object({
  runId: z.string(),
  at: timeSchema,
  revision: countSchema,
  configurationHash: activationIdSchema,
  grants: z.array(z.string()),
  generation: ordinalSchema,
});

const managedSchema: z.ZodType<ManagedContent> = z.object({
  sids: z.array(z.string()),
  digests: z.record(z.string(), z.string()).exactOptional(),
});

const stateSchema: z.ZodType<ResourceState> = z.object({
  lastReconciliation: lastReconciliationSchema.exactOptional(),
  managed: managedSchema,
  unmanaged: packedSchema(z.array(z.object({ digest: z.string(), label: z.string() }))).exactOptional(),
  identity: z.string().exactOptional(),
  writeInProgress: z.enum(['same-configuration', 'other-configuration']).exactOptional(),
  tried: triedSchema.exactOptional(),
  withheld: z.array(accountIdSchema).exactOptional(),
  leaving: packedSchema(z.record(accountIdSchema, timeSchema)).exactOptional(),
  conflict: conflictSchema.exactOptional(),
  batchWindow: z.object({ until: timeSchema, pause: countSchema, revision: countSchema }).exactOptional(),
  version: ordinalSchema.exactOptional(),
});

const stateKey = (resource: string): Key => ({ pk: `RESOURCE#${resource}`, sk: 'STATE' });

export function createDynamoResources(table: Table): ResourceStore {
  const { client } = table;
  return {
    get: (resource) => readItem(table, stateKey(resource), stateSchema),
    async put(resource, state) {
      const version = (state.version ?? 0) + 1;
      const item = {
        ...stateKey(resource),
        ...state,
        leaving: packOptional(state.leaving),
        unmanaged: packOptional(state.unmanaged),
        version,
      };
      const held = await sendConditionalWrite(() => client.send(conditionalPut(table, item, state.version)));
      return held ? version : undefined;
    },
  };
}

/** The attempt tells a request that the SDK repeats, because the answer to the first never came, from another's. */
function conditionalPut(
  { tableName: TableName }: Table,
  item: object,
  expected: number | undefined,
): PutCommand {
  const attempt = randomUUID();
  const isExpected = expected === undefined ? 'attribute_not_exists(#version)' : '#version = :expected';
  return new PutCommand({
    TableName,
    Item: withoutUndefined({ ...item, attempt }),
    ConditionExpression: `${isExpected} OR #attempt = :attempt`,
    ExpressionAttributeNames: { '#version': 'version', '#attempt': 'attempt' },
    ExpressionAttributeValues: withoutUndefined({ ':expected': expected, ':attempt': attempt }),
  });
}
