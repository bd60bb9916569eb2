import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Dispute, ResourceState, ResourceStore, Tried } from '../ports.ts';
import { packed, packOptional } from './documents.ts';
import { accountId, count, hashOrNone, ordinal, time } from './fields.ts';
import { defined } from './items.ts';
import { conditionHeld, readItem } from './operations.ts';
import type { Key, Table } from './table.ts';

const disputeSchema: z.ZodType<Dispute> = z.object({ since: time, sids: z.array(z.string()) });

const triedSchema: z.ZodType<Tried> = z.object({
  revision: count,
  setAside: z.array(accountId),
  refused: z.record(accountId, time).exactOptional(),
  reason: z.string().exactOptional(),
  ambiguous: z.literal(true).exactOptional(),
});

const stateSchema: z.ZodType<ResourceState> = z.object({
  appliedRevision: count,
  tried: triedSchema.exactOptional(),
  configurationHash: hashOrNone,
  owned: z.array(z.string()),
  grants: z.array(z.string()).exactOptional(),
  withheld: z.array(accountId).exactOptional(),
  leaving: packed(z.record(accountId, time)).exactOptional(),
  ownDigest: z.string().exactOptional(),
  foreignDigest: z.string().exactOptional(),
  unmanaged: packed(z.array(z.object({ digest: z.string(), label: z.string() }))).exactOptional(),
  ownSids: z.record(z.string(), z.string()).exactOptional(),
  identity: z.string().exactOptional(),
  writing: z.literal(true).exactOptional(),
  disputed: disputeSchema.exactOptional(),
  contested: disputeSchema.exactOptional(),
  gathering: z.object({ until: time, pause: count, revision: count }).exactOptional(),
  leftBy: z.object({ runId: z.string(), at: time }).exactOptional(),
  generation: count,
  version: ordinal.exactOptional(),
  updatedAt: time,
});

const stateKey = (resource: string): Key => ({ pk: `RESOURCE#${resource}`, sk: 'STATE' });

export function dynamoResources(table: Table): ResourceStore {
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
      const held = await conditionHeld(() => client.send(conditionalPut(table, item, state.version)));
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
    Item: defined({ ...item, attempt }),
    ConditionExpression: `${isExpected} OR #attempt = :attempt`,
    ExpressionAttributeNames: { '#version': 'version', '#attempt': 'attempt' },
    ExpressionAttributeValues: defined({ ':expected': expected, ':attempt': attempt }),
  });
}
