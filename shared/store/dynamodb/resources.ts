import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { ResourceState, ResourceStore } from '../ports.ts';
import { readItem } from './operations.ts';
import type { Key, Table } from './table.ts';

const stateSchema: z.ZodType<ResourceState> = z.object({
  appliedRevision: z.number(),
  configurationHash: z.string(),
  owned: z.array(z.string()),
  grants: z.array(z.string()).exactOptional(),
  withheld: z.array(z.string()).exactOptional(),
  ownDigest: z.string().exactOptional(),
  foreignDigest: z.string().exactOptional(),
  generation: z.number(),
  updatedAt: z.string(),
});

const stateKey = (resource: string): Key => ({ pk: `RESOURCE#${resource}`, sk: 'STATE' });

export function dynamoResources(table: Table): ResourceStore {
  const { client, tableName } = table;
  return {
    get: (resource) => readItem(table, stateKey(resource), stateSchema),
    async put(resource, state) {
      await client.send(new PutCommand({ TableName: tableName, Item: { ...stateKey(resource), ...state } }));
    },
  };
}
