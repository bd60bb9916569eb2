import { createHash } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { toErrorRecord } from '../../platform/errors.ts';
import type { SearchResult, SearchResultStore } from '../ports.ts';
import type { StoredItemError } from '../stored-item-error.ts';
import { pack, packedSchema, packOptional } from './documents.ts';
import { ordinalSchema, timeSchema } from './fields.ts';
import {
  createNumberCondition,
  type Item,
  parseItem,
  parseOr,
  readNumber,
  withoutUndefined,
} from './items.ts';
import { iterateItemsWithPrefix, sendConditionalWrite } from './operations.ts';
import { errorSchema } from './run-items.ts';
import type { Key, Table } from './table.ts';

/**
 * Search results have a partition of their own. So a function that searches can write them without the right to replace
 * the configuration.
 */
const partition = 'FOUND';
const prefix = 'SEARCH#';

/**
 * The sort key is a hash of the search, because a search by tags may be longer than the 1,024 bytes of a sort key
 * (DynamoDB, "Quotas").
 */
const searchResultKey = (search: string): Key => ({
  pk: partition,
  sk: `${prefix}${createHash('sha256').update(search).digest('hex')}`,
});

const keys = packedSchema(z.array(z.string()));

const searchResultSchema: z.ZodType<SearchResult> = z.object({
  search: z.string(),
  matching: keys,
  completed: z.object({ at: timeSchema, activationId: z.string() }).exactOptional(),
  error: packedSchema(errorSchema).exactOptional(),
  generation: ordinalSchema,
});

export function createDynamoSearchResults(table: Table): SearchResultStore {
  return {
    list: () => listSearchResults(table),
    put: (result, expected) =>
      sendConditionalWrite(() => table.client.send(conditionalPut(table, result, expected))),
  };
}

/** The sort keys are hashes, so the results are ordered here. */
export async function listSearchResults(table: Table): Promise<readonly SearchResult[]> {
  const results: SearchResult[] = [];
  for await (const item of iterateItemsWithPrefix(table, partition, prefix))
    results.push(toSearchResult(table, item));
  return results.toSorted((a, b) => Buffer.compare(Buffer.from(a.search), Buffer.from(b.search)));
}

const toSearchResult = ({ tableName }: Table, item: Item): SearchResult =>
  parseOr<SearchResult>(
    () => parseItem(searchResultSchema, item, tableName, ({ search }) => searchResultKey(search)),
    (error) => unknownSearch(item, error),
  );

/**
 * The result for a malformed item: the search must run again. Until then, no run changes resources of its kind, account
 * and region. If at least the list of matches is valid, these resources keep their grants.
 */
function unknownSearch(item: Item, error: StoredItemError): SearchResult {
  const { search } = item;
  const isOwn = typeof search === 'string' && searchResultKey(search).sk === item.sk;
  return {
    search: isOwn ? search : String(item.sk),
    matching: (isOwn ? keys.safeParse(item.matching).data : undefined) ?? [],
    unreadable: toErrorRecord(error),
    generation: readNumber(item, 'generation'),
  };
}

function conditionalPut(
  { tableName: TableName }: Table,
  result: SearchResult,
  expected: number | undefined,
): PutCommand {
  const { search, matching, completed, error, generation } = result;
  const Item = withoutUndefined({
    ...searchResultKey(search),
    search,
    matching: pack(matching),
    completed,
    error: packOptional(error),
    generation,
  });
  const { ConditionExpression, ...condition } = createNumberCondition('generation', expected);
  if (expected !== undefined) return new PutCommand({ TableName, Item, ConditionExpression, ...condition });
  // If an item's content is of another search than its key, it may be replaced without a condition, because its
  // generation means nothing.
  return new PutCommand({
    TableName,
    Item,
    ConditionExpression: `${ConditionExpression} OR attribute_not_exists(#search) OR #search <> :search`,
    ExpressionAttributeNames: { '#search': 'search' },
    ExpressionAttributeValues: { ':search': search },
  });
}
