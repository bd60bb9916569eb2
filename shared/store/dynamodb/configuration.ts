import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type {
  ConfigurationStore,
  SearchResult,
  StoredConfiguration,
  StoredConfigurationWithSearchResults,
} from '../ports.ts';
import { pack, packedSchema, packOptional } from './documents.ts';
import { ordinalSchema, timeSchema } from './fields.ts';
import { withoutUndefined } from './items.ts';
import { readItem, sendConditionalWrite } from './operations.ts';
import { listSearchResults } from './search-results.ts';
import type { Key, Table } from './table.ts';

const activeKey: Key = { pk: 'CONFIGURATION', sk: 'IN_FORCE' };

const activeSchema: z.ZodType<StoredConfiguration> = z.object({
  hash: z.string(),
  resources: packedSchema(z.array(z.string())),
  document: packedSchema(z.unknown()),
  ous: packedSchema(z.record(z.string(), z.record(z.string(), z.string()))),
  reactivated: ordinalSchema.exactOptional(),
  carried: packedSchema(z.record(z.string(), ordinalSchema)).exactOptional(),
  activatedAt: timeSchema,
  activatedBy: z.string(),
});

export function createDynamoConfiguration(table: Table): ConfigurationStore {
  const { client, tableName } = table;
  return {
    getActive: () => readItem(table, activeKey, activeSchema),
    getActiveWithSearchResults: () => readWithSearchResults(table),
    async activate(configuration) {
      const { resources, document, ous, carried, ...plain } = configuration;
      const packedFields = withoutUndefined({
        resources: packOptional(resources),
        document: pack(document),
        ous: packOptional(ous),
        carried: packOptional(carried),
      });
      const item = { ...plain, ...activeKey, ...packedFields };
      await client.send(new PutCommand({ TableName: tableName, Item: item }));
    },
    putOus: (ous, activation) => putOus(table, ous, activation),
  };
}

const putOus = (
  { client, tableName }: Table,
  ous: NonNullable<StoredConfiguration['ous']>,
  { hash, activatedAt }: Pick<StoredConfiguration, 'hash' | 'activatedAt'>,
): Promise<boolean> =>
  sendConditionalWrite(() =>
    client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: activeKey,
        UpdateExpression: 'SET #ous = :ous',
        ConditionExpression: '#hash = :hash AND #at = :at',
        ExpressionAttributeNames: { '#ous': 'ous', '#hash': 'hash', '#at': 'activatedAt' },
        ExpressionAttributeValues: { ':ous': pack(ous), ':hash': hash, ':at': activatedAt },
      }),
    ),
  );

/**
 * At the same time. So an activation may be seen without what it had stored before; then what was found is read again, after
 * the configuration.
 */
async function readWithSearchResults(table: Table): Promise<StoredConfigurationWithSearchResults> {
  const [stored, found] = await Promise.all([
    readItem(table, activeKey, activeSchema),
    listSearchResults(table),
  ]);
  return { active: stored, searchResults: isOlder(found, stored) ? await listSearchResults(table) : found };
}

const isOlder = (found: readonly SearchResult[], stored: StoredConfiguration | undefined): boolean =>
  Object.entries(stored?.carried ?? {}).some(
    ([search, carried]) => (found.find((each) => each.search === search)?.generation ?? 0) < carried,
  );
