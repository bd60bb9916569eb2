import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { ConfigurationInForce, ConfigurationStore } from '../ports.ts';
import { pack, packed, packOptional } from './documents.ts';
import { defined } from './items.ts';
import { readItem } from './operations.ts';
import type { Key, Table } from './table.ts';

const inForceKey: Key = { pk: 'CONFIGURATION', sk: 'IN_FORCE' };

const inForceSchema: z.ZodType<ConfigurationInForce> = z.object({
  hash: z.string(),
  resources: packed(z.array(z.string())).exactOptional(),
  document: packed(z.unknown()),
  activatedAt: z.string(),
  activatedBy: z.string(),
});

export function dynamoConfiguration(table: Table): ConfigurationStore {
  const { client, tableName } = table;
  return {
    inForce: () => readItem(table, inForceKey, inForceSchema),
    async activate(configuration) {
      const { resources, document, ...plain } = configuration;
      const packedFields = defined({ resources: packOptional(resources), document: pack(document) });
      const item = { ...plain, ...inForceKey, ...packedFields };
      await client.send(new PutCommand({ TableName: tableName, Item: item }));
    },
  };
}
