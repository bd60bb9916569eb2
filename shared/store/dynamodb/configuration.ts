import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type {
  ConfigurationInForce,
  ConfigurationStore,
  ConfigurationWithFound,
  FoundResources,
} from '../ports.ts';
import { pack, packed, packOptional } from './documents.ts';
import { ordinal, time } from './fields.ts';
import { allFound } from './found.ts';
import { defined } from './items.ts';
import { conditionHeld, readItem } from './operations.ts';
import type { Key, Table } from './table.ts';

const inForceKey: Key = { pk: 'CONFIGURATION', sk: 'IN_FORCE' };

const inForceSchema: z.ZodType<ConfigurationInForce> = z.object({
  hash: z.string(),
  resources: packed(z.array(z.string())),
  document: packed(z.unknown()),
  ous: packed(z.record(z.string(), z.record(z.string(), z.string()))),
  reactivated: ordinal.exactOptional(),
  carried: packed(z.record(z.string(), ordinal)).exactOptional(),
  activatedAt: time,
  activatedBy: z.string(),
});

export function dynamoConfiguration(table: Table): ConfigurationStore {
  const { client, tableName } = table;
  return {
    inForce: () => readItem(table, inForceKey, inForceSchema),
    withFound: () => readWithFound(table),
    async activate(configuration) {
      const { resources, document, ous, carried, ...plain } = configuration;
      const packedFields = defined({
        resources: packOptional(resources),
        document: pack(document),
        ous: packOptional(ous),
        carried: packOptional(carried),
      });
      const item = { ...plain, ...inForceKey, ...packedFields };
      await client.send(new PutCommand({ TableName: tableName, Item: item }));
    },
    putOus: (ous, activation) => putOus(table, ous, activation),
  };
}

const putOus = (
  { client, tableName }: Table,
  ous: NonNullable<ConfigurationInForce['ous']>,
  { hash, activatedAt }: Pick<ConfigurationInForce, 'hash' | 'activatedAt'>,
): Promise<boolean> =>
  conditionHeld(() =>
    client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: inForceKey,
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
async function readWithFound(table: Table): Promise<ConfigurationWithFound> {
  const [inForce, found] = await Promise.all([readItem(table, inForceKey, inForceSchema), allFound(table)]);
  return { inForce, found: isOlder(found, inForce) ? await allFound(table) : found };
}

const isOlder = (found: readonly FoundResources[], inForce: ConfigurationInForce | undefined): boolean =>
  Object.entries(inForce?.carried ?? {}).some(
    ([search, carried]) => (found.find((each) => each.search === search)?.generation ?? 0) < carried,
  );
