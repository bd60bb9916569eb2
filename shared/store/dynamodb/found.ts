import { createHash } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { errorRecord } from '../../platform/errors.ts';
import type { FoundResources, FoundStore } from '../ports.ts';
import type { StoredItemError } from '../stored-item-error.ts';
import { pack, packed, packOptional } from './documents.ts';
import { ordinal, time } from './fields.ts';
import { defined, type Item, numberCondition, numberIn, parseItem, parseOr } from './items.ts';
import { conditionHeld, itemsWith } from './operations.ts';
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
export async function allFound(table: Table): Promise<readonly FoundResources[]> {
  const found: FoundResources[] = [];
  for await (const item of itemsWith(table, partition, prefix)) found.push(foundOf(table, item));
  return found.toSorted((a, b) => Buffer.compare(Buffer.from(a.search), Buffer.from(b.search)));
}

const foundOf = ({ tableName }: Table, item: Item): FoundResources =>
  parseOr<FoundResources>(
    () => parseItem(foundSchema, item, tableName, ({ search }) => foundKey(search)),
    (error) => unknownSearch(item, error),
  );

/**
 * A search that was never made, as far as anybody knows: it is due, and the resources of its kind and place stay as they are.
 * Lists that can be read are kept, so that a later search knows what was found before.
 */
function unknownSearch(item: Item, error: StoredItemError): FoundResources {
  const { search } = item;
  const isOwn = typeof search === 'string' && foundKey(search).sk === item.sk;
  return {
    search: isOwn ? search : String(item.sk),
    matching: (isOwn ? keys.safeParse(item.matching).data : undefined) ?? [],
    former: (isOwn ? keys.safeParse(item.former).data : undefined) ?? [],
    unreadable: errorRecord(error),
    generation: numberIn(item, 'generation'),
  };
}

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
  const { ConditionExpression, ...condition } = numberCondition('generation', expected);
  if (expected !== undefined) return new PutCommand({ TableName, Item, ConditionExpression, ...condition });
  // An item that names another search than its key does is no search of anybody.
  return new PutCommand({
    TableName,
    Item,
    ConditionExpression: `${ConditionExpression} OR attribute_not_exists(#search) OR #search <> :search`,
    ExpressionAttributeNames: { '#search': 'search' },
    ExpressionAttributeValues: { ':search': search },
  });
}
