import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { MemberCheck, MemberCheckStore } from '../ports.ts';
import { accountIdSchema, ordinalSchema } from './fields.ts';
import { parseItem, parseOr } from './items.ts';
import { getItem } from './operations.ts';
import type { Key, Table } from './table.ts';

const key: Key = { pk: 'MEMBER_CHECK', sk: 'LAST' };

const schema: z.ZodType<MemberCheck> = z.object({
  checks: ordinalSchema,
  revision: z.int().nonnegative(),
  again: z.array(accountIdSchema),
});

/** Stores in the table how far the checks of member roles have come. */
export const createDynamoMemberChecks = (table: Table): MemberCheckStore => ({
  async get() {
    const item = await getItem(table, key);
    // A malformed item counts as missing. Then the next check includes every account.
    return (
      item &&
      parseOr<MemberCheck | undefined>(
        () => parseItem(schema, item, table.tableName),
        () => undefined,
      )
    );
  },
  async put(check) {
    await table.client.send(new PutCommand({ TableName: table.tableName, Item: { ...key, ...check } }));
  },
});
