import { createHash } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { FoundResources, FoundStore } from '../ports.ts';
import { pack, packed, packOptional } from './documents.ts';
import { ordinal, time } from './fields.ts';
import { defined } from './items.ts';
import { conditionHeld, queryItems } from './operations.ts';
import { errorSchema } from './runs.ts';
import type { Key, Table } from './table.ts';

/** Not that of the configuration, which those who look must not be able to replace. */
const partition = 'FOUND';
const prefix = 'SEARCH#';

/** A search by tags may be longer than the 1,024 bytes of a sort key (DynamoDB, "Quotas"). */
const foundKey = (search: string): Key => ({
  pk: partition,
  sk: `${prefix}${createHash('sha256').update(search).digest('hex')}`,
});

const keys = packed(z.array(z.string()));

const foundSchema: z.ZodType<FoundResources> = z.object({
  search: z.string(),
  matching: keys,
  former: keys,
  lookedAt: time.exactOptional(),
  error: packed(errorSchema).exactOptional(),
  generation: ordinal,
});

export function dynamoFound(table: Table): FoundStore {
  return {
    all: () => allFound(table),
    put: (found, expected) => conditionHeld(() => table.client.send(conditionalPut(table, found, expected))),
  };
}

/** Sort keys are hashes. */
export const allFound = async (table: Table): Promise<readonly FoundResources[]> =>
  (await queryItems(table, partition, prefix, foundSchema, ({ search }) => foundKey(search))).toSorted(
    (a, b) => Buffer.compare(Buffer.from(a.search), Buffer.from(b.search)),
  );

function conditionalPut(
  { tableName: TableName }: Table,
  found: FoundResources,
  expected: number | undefined,
): PutCommand {
  const { search, matching, former, lookedAt, error, generation } = found;
  const Item = defined({
    ...foundKey(search),
    search,
    matching: pack(matching),
    former: pack(former),
    lookedAt,
    error: packOptional(error),
    generation,
  });
  if (expected === undefined)
    return new PutCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' });
  return new PutCommand({
    TableName,
    Item,
    ConditionExpression: '#generation = :expected',
    ExpressionAttributeNames: { '#generation': 'generation' },
    ExpressionAttributeValues: { ':expected': expected },
  });
}
