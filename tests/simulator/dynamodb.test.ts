import { expect, it } from '@jest/globals';
import { computeItemSize } from '../../simulator/dynamodb/item-size.ts';
import { applyWrite, createTable, queryPage, type TableKey } from '../../simulator/dynamodb/tables.ts';

const condition = 'pk = :pk AND begins_with(sk, :prefix)';
const placeholders = { ExpressionAttributeValues: { ':pk': 'REGISTRY', ':prefix': 'ACCOUNT#' } };

it('ends a page of a query with the item that reaches 1 MB, and continues after it', () => {
  const table = createTable();
  const text = 'x'.repeat(400_000);
  for (const id of ['1', '2', '3', '4', '5'])
    applyWrite(table, { Item: { pk: 'REGISTRY', sk: `ACCOUNT#${id}`, text } });
  const read = (ExclusiveStartKey?: TableKey) =>
    queryPage(table, {
      pk: 'REGISTRY',
      condition,
      ...placeholders,
      ...(ExclusiveStartKey && { ExclusiveStartKey }),
    });

  const first = read();
  const last = read(first.LastEvaluatedKey);

  expect(first.Items.map(({ sk }) => sk)).toEqual(['ACCOUNT#1', 'ACCOUNT#2', 'ACCOUNT#3']);
  expect(last.Items.map(({ sk }) => sk)).toEqual(['ACCOUNT#4', 'ACCOUNT#5']);
  expect(last.LastEvaluatedKey).toBeUndefined();
});

it('measures names and values of an item in bytes', () => {
  expect(computeItemSize({ pk: 'ä', count: 1_234, yes: true })).toBe(2 + 2 + 5 + 3 + 3 + 1);
  expect(computeItemSize({ list: ['ab', 'c'] })).toBe(4 + 3 + 3 + 2);
});
