import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { ConfigurationInForce, ConfigurationStore } from '../ports.ts';
import { pack, packed } from './documents.ts';
import { readItem } from './operations.ts';
import type { Key, Table } from './table.ts';

const inForceKey: Key = { pk: 'CONFIGURATION', sk: 'IN_FORCE' };

const inForceSchema: z.ZodType<ConfigurationInForce> = z.object({
  hash: z.string(),
  document: packed(z.unknown()),
  activatedAt: z.string(),
  activatedBy: z.string(),
});

export function dynamoConfiguration(table: Table): ConfigurationStore {
  const { client, tableName } = table;
  return {
    inForce: () => readItem(table, inForceKey, inForceSchema),
    async activate(configuration) {
      const item = { ...configuration, ...inForceKey, document: pack(configuration.document) };
      await client.send(new PutCommand({ TableName: tableName, Item: item }));
    },
  };
}
