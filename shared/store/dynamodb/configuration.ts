import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type {
  ConfigurationStore,
  StoredConfiguration,
  StoredConfigurationWithSearchResults,
} from '../ports.ts';
import { pack, packedSchema } from './documents.ts';
import { accountIdSchema, timeSchema } from './fields.ts';
import { readItem, sendConditionalWrite } from './operations.ts';
import { listSearchResults } from './search-results.ts';
import type { Key, Table } from './table.ts';

const activeKey: Key = { pk: 'CONFIGURATION', sk: 'IN_FORCE' };

const activeSchema: z.ZodType<StoredConfiguration> = z.object({
  hash: z.string(),
  document: packedSchema(z.unknown()),
  ous: packedSchema(z.record(z.string(), z.record(z.string(), z.string()))),
  newSearches: packedSchema(z.array(z.string())),
  centralAccountIds: z.array(accountIdSchema),
  activatedAt: timeSchema,
  activatedBy: z.string(),
});

export function createDynamoConfiguration(table: Table): ConfigurationStore {
  const { client, tableName } = table;
  return {
    getActive: () => readItem(table, activeKey, activeSchema),
    getActiveWithSearchResults: () => readWithSearchResults(table),
    async activate(configuration) {
      const { document, ous, newSearches, ...plain } = configuration;
      const packed = { document: pack(document), ous: pack(ous), newSearches: pack(newSearches) };
      await client.send(
        new PutCommand({ TableName: tableName, Item: { ...plain, ...activeKey, ...packed } }),
      );
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
 * Reads the configuration and the search results at the same time. If a configuration becomes active in between, the
 * results do not match it. That is noticed, because each result names its activation.
 */
async function readWithSearchResults(table: Table): Promise<StoredConfigurationWithSearchResults> {
  const [active, searchResults] = await Promise.all([
    readItem(table, activeKey, activeSchema),
    listSearchResults(table),
  ]);
  return { active, searchResults };
}
