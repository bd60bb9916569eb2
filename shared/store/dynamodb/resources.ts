import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Dispute, ResourceState, ResourceStore, Tried } from '../ports.ts';
import { packed, packOptional } from './documents.ts';
import { defined } from './items.ts';
import { readItem } from './operations.ts';
import type { Key, Table } from './table.ts';

const disputeSchema: z.ZodType<Dispute> = z.object({ since: z.string(), sids: z.array(z.string()) });

const triedSchema: z.ZodType<Tried> = z.object({
  revision: z.number(),
  setAside: z.array(z.string()),
  refused: z.record(z.string(), z.string()).exactOptional(),
  reason: z.string().exactOptional(),
});

const stateSchema: z.ZodType<ResourceState> = z.object({
  appliedRevision: z.number(),
  tried: triedSchema.exactOptional(),
  configurationHash: z.string(),
  owned: z.array(z.string()),
  grants: z.array(z.string()).exactOptional(),
  withheld: z.array(z.string()).exactOptional(),
  leaving: packed(z.record(z.string(), z.string())).exactOptional(),
  ownDigest: z.string().exactOptional(),
  foreignDigest: z.string().exactOptional(),
  ownSids: z.record(z.string(), z.string()).exactOptional(),
  writing: z.literal(true).exactOptional(),
  disputed: disputeSchema.exactOptional(),
  contested: disputeSchema.exactOptional(),
  gathering: z.object({ until: z.string(), pause: z.number(), revision: z.number() }).exactOptional(),
  leftBy: z.object({ runId: z.string(), at: z.string() }).exactOptional(),
  generation: z.number(),
  updatedAt: z.string(),
});

const stateKey = (resource: string): Key => ({ pk: `RESOURCE#${resource}`, sk: 'STATE' });

export function dynamoResources(table: Table): ResourceStore {
  const { client, tableName } = table;
  return {
    get: (resource) => readItem(table, stateKey(resource), stateSchema),
    async put(resource, state) {
      const item = { ...stateKey(resource), ...state, leaving: packOptional(state.leaving) };
      await client.send(new PutCommand({ TableName: tableName, Item: defined(item) }));
    },
  };
}
