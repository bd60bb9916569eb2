import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type {
  ConfigurationInForce,
  ConfigurationStore,
  ConfigurationWithFound,
  FoundResources,
} from '../ports.ts';
import { pack, packed, packOptional } from './documents.ts';
import { allFound, configurationPartition, foundFrom } from './found.ts';
import { defined, type Item, parseItem } from './items.ts';
import { itemsOf, readItem } from './operations.ts';
import type { Key, Table } from './table.ts';

const inForceKey: Key = { pk: configurationPartition, sk: 'IN_FORCE' };

const inForceSchema: z.ZodType<ConfigurationInForce> = z.object({
  hash: z.string(),
  resources: packed(z.array(z.string())).exactOptional(),
  document: packed(z.unknown()),
  carried: packed(z.record(z.string(), z.number())).exactOptional(),
  activatedAt: z.string(),
  activatedBy: z.string(),
});

export function dynamoConfiguration(table: Table): ConfigurationStore {
  const { client, tableName } = table;
  return {
    inForce: () => readItem(table, inForceKey, inForceSchema),
    withFound: () => readWithFound(table),
    async activate(configuration) {
      const { resources, document, carried, ...plain } = configuration;
      const packedFields = defined({
        resources: packOptional(resources),
        document: pack(document),
        carried: packOptional(carried),
      });
      const item = { ...plain, ...inForceKey, ...packedFields };
      await client.send(new PutCommand({ TableName: tableName, Item: item }));
    },
  };
}

/**
 * In one question. A query is no snapshot ("Isolation levels for DynamoDB transactions", Developer Guide), so it may see an
 * activation and not what that had stored before; then what was found is read again, after the configuration.
 */
async function readWithFound(table: Table): Promise<ConfigurationWithFound> {
  const items: Item[] = [];
  for await (const item of itemsOf(table, configurationPartition)) items.push(item);
  const item = items.find(({ sk }) => sk === inForceKey.sk);
  const inForce = item && parseItem(inForceSchema, item, table.tableName);
  const found = foundFrom(items, table);
  return { inForce, found: isOlder(found, inForce) ? await allFound(table) : found };
}

const isOlder = (found: readonly FoundResources[], inForce: ConfigurationInForce | undefined): boolean =>
  Object.entries(inForce?.carried ?? {}).some(
    ([search, carried]) => (found.find((each) => each.search === search)?.generation ?? 0) < carried,
  );
