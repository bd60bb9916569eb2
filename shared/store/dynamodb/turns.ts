import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { ordinalSchema } from './fields.ts';
import { createNumberCondition, parseItem, parseOr } from './items.ts';
import { getItem, sendConditionalWrite } from './operations.ts';
import type { Key, Table } from './table.ts';

/** In the partition of the registry, which the functions that register accounts may write. */
const turnKey: Key = { pk: 'REGISTRY', sk: 'TURN' };
const turnSchema = z.object({ turn: ordinalSchema });

/** As `RegistryStore.getLastTurn`. */
export async function readLastTurn(table: Table): Promise<number | undefined> {
  const item = await getItem(table, turnKey);
  return (
    item &&
    parseOr(
      () => parseItem(turnSchema, item, table.tableName).turn,
      () => 0,
    )
  );
}

/** As `RegistryStore.putLastTurn`. */
export function putLastTurn(
  { client, tableName }: Table,
  turn: number,
  expected: number | undefined,
): Promise<boolean> {
  const command = new PutCommand({
    TableName: tableName,
    Item: { ...turnKey, turn },
    ...createNumberCondition('turn', expected),
  });
  return sendConditionalWrite(() => client.send(command));
}
