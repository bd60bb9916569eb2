import type { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from '@jest/globals';
import { putItems } from '../../shared/store/dynamodb/operations.ts';

const tableName = 'onboarding';

const listItems = (count: number) =>
  Array.from({ length: count }, (_, number) => ({ pk: 'p', sk: String(number) }));

/** A table that puts only the first items of each request: as many as `capacities` says of the request. */
function createTable(capacities: readonly number[]) {
  const written: object[] = [];
  let requests = 0;
  const send = async ({ input }: BatchWriteCommand) => {
    const asked = input.RequestItems?.[tableName] ?? [];
    const capacity = capacities[requests] ?? asked.length;
    requests += 1;
    written.push(...asked.slice(0, capacity).map(({ PutRequest }) => PutRequest?.Item ?? {}));
    return { UnprocessedItems: { [tableName]: asked.slice(capacity) } };
  };
  return { table: { tableName, client: { send } } as never, written };
}

test('puts the items again that an answer returns when DynamoDB had capacity for a part', async () => {
  const { table, written } = createTable([3, 1]);

  await putItems(table, listItems(30));

  expect(written.map((item) => JSON.stringify(item)).toSorted()).toEqual(
    listItems(30)
      .map((item) => JSON.stringify(item))
      .toSorted(),
  );
});

test('throws a retryable error when an answer has put no item', async () => {
  const { table, written } = createTable([3, 0]);

  await expect(putItems(table, listItems(30))).rejects.toMatchObject({
    name: 'ThrottledError',
    retryable: true,
  });

  expect(written).toHaveLength(3);
});
