import { PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import {
  type Account,
  accountStates,
  createUnreadableAccount,
  type PendingApproval,
  type Position,
  type RegisteredAccount,
} from '../../platform/account.ts';
import type { Clock } from '../../platform/clock.ts';
import { ConcurrentUpdateError, toErrorRecord } from '../../platform/errors.ts';
import type { RegistryHead, RegistryStore, RememberedOu } from '../ports.ts';
import { accountIdSchema, ordinalSchema, timeSchema } from './fields.ts';
import { createNumberCondition, type Item, parseItem, parseOr, readNumber } from './items.ts';
import {
  getItem,
  iterateItemsBetween,
  iterateItemsWithPrefix,
  readItem,
  readItems,
  sendConditionalWrite,
} from './operations.ts';
import type { Key, Table } from './table.ts';
import { sendTransaction } from './transactions.ts';
import { putLastTurn, readLastTurn } from './turns.ts';

const partition = 'REGISTRY';
const accountPrefix = 'ACCOUNT#';
const accountKey = (id: string): Key => ({ pk: partition, sk: `${accountPrefix}${id}` });
const revisionKey: Key = { pk: partition, sk: 'REVISION' };
const ouKey = (id: string): Key => ({ pk: partition, sk: `OU#${id}` });
const readyKey: Key = { pk: partition, sk: 'READY' };

const position = {
  name: z.string(),
  parentIds: z.array(z.string()),
  ouPath: z.string(),
  tags: z.record(z.string(), z.string()),
};

export const positionSchema: z.ZodType<Position> = z.object(position);

const approvalSchema: z.ZodType<PendingApproval> = z.object({
  since: timeSchema,
  approvedAs: positionSchema.nullable(),
  keepsAccess: z.literal(true).exactOptional(),
});

/**
 * An item has either `approval` or `approved`, and never both. Otherwise an item that lost its `approval` by mistake
 * would count as approved.
 */
const accountSchema: z.ZodType<RegisteredAccount> = z
  .object({
    id: accountIdSchema,
    state: z.enum(accountStates),
    ...position,
    approval: approvalSchema.exactOptional(),
    approved: z.literal(true).exactOptional(),
    revision: ordinalSchema,
    updatedAt: timeSchema,
  })
  .refine(({ approval, approved }) => (approval === undefined) !== (approved === undefined), {
    path: ['approval'],
    message: 'expected either `approval`, with what the account waits for, or `approved: true`',
  })
  .transform(({ approved, ...account }) => account);

const accountItem = (account: RegisteredAccount) => ({
  ...accountKey(account.id),
  ...account,
  ...(account.approval === undefined ? { approved: true } : {}),
});

const keyOfAccount = ({ id }: RegisteredAccount): Key => accountKey(id);

/** The latest revision of the registry, and the account that this change was about. */
interface LastChange {
  readonly value: number;
  readonly accountId: string;
  /** When it was stored, ISO 8601. Absent in an item of an earlier version of this project. */
  readonly at?: string;
}

const lastChangeSchema: z.ZodType<LastChange> = z.object({
  value: ordinalSchema,
  accountId: accountIdSchema,
  at: timeSchema.exactOptional(),
});
const ouSchema: z.ZodType<RememberedOu> = z.object({
  id: z.string(),
  name: z.string(),
  parentId: z.string(),
  askedAt: timeSchema,
  deleted: z.literal(true).exactOptional(),
});
const readySchema = z.object({ at: timeSchema });

/**
 * The registry in the table.
 *
 * DynamoDB's transactions are serializable, but a reader outside of them may see one item of a transaction before
 * another (Developer Guide, "Isolation levels for DynamoDB transactions"). So a run could read the new revision with
 * the old account, and record that the resource serves that revision without having seen the change. To prevent this,
 * the revision's item also names the account that changed last. A revision counts only when this account can be read
 * with it. `put` requires this of the revision before its own, so all earlier changes can be read as well.
 */
export function createDynamoRegistry(table: Table, clock: Clock): RegistryStore {
  const isSettled = createSettledTest({ table, clock });
  return {
    getAccount: (id) => readAccount(table, id),
    getAccounts: async (ids) => {
      const items = await readItems(table, [...new Set(ids)].map(accountKey));
      return items.map((item) => accountOf(table, item));
    },
    listAccounts: async () => {
      const accounts: RegisteredAccount[] = [];
      for await (const item of iterateItemsWithPrefix(table, partition, accountPrefix))
        accounts.push(accountOf(table, item));
      return accounts;
    },
    getHead: () => settledHead({ table, clock }, isSettled),
    put: (account, expected, at) => putAccount({ table, clock }, account, expected, at),
    async getReadySince() {
      return (await readItem(table, readyKey, readySchema))?.at;
    },
    markReady: (at) => markReady(table, at),
    getOu: (id) => readOu(table, id),
    async putOu(ou) {
      const Item = { ...ouKey(ou.id), ...ou };
      await table.client.send(new PutCommand({ TableName: table.tableName, Item }));
    },
    getLastTurn: () => readLastTurn(table),
    putLastTurn: (turn, expected) => putLastTurn(table, turn, expected),
  };
}

async function readAccount(table: Table, id: string): Promise<RegisteredAccount | undefined> {
  const item = await getItem(table, accountKey(id));
  return item && accountOf(table, item);
}

/**
 * Converts an item to an account. A malformed item becomes an unreadable account, so that the list of all others can
 * still be read.
 */
const accountOf = ({ tableName }: Table, item: Item): RegisteredAccount =>
  parseOr(
    () => parseItem(accountSchema, item, tableName, keyOfAccount),
    (error) =>
      createUnreadableAccount(
        String(item.sk).slice(accountPrefix.length),
        readNumber(item, 'revision'),
        toErrorRecord(error),
      ),
  );

async function readOu({ tableName, ...table }: Table, id: string): Promise<RememberedOu | undefined> {
  const item = await getItem({ tableName, ...table }, ouKey(id));
  return (
    item &&
    parseOr<RememberedOu | undefined>(
      () => parseItem(ouSchema, item, tableName, (ou) => ouKey(ou.id)),
      () => undefined,
    )
  );
}

const patience = { reads: 20, milliseconds: 50 };

async function settledHead({ table, clock }: Registry, isSettled: SettledTest): Promise<RegistryHead> {
  let last: LastChange | undefined;
  for (let read = 1; read <= patience.reads; read += 1) {
    const { ready, ...seen } = await readHead(table);
    last = seen.last;
    if (await isSettled(last)) return toHead(last, ready);
    await clock.sleep(patience.milliseconds);
  }
  throw new ConcurrentUpdateError(
    `The registry in table ${table.tableName} counts a change of an account that cannot be read yet. Try again; if it stays so, the account's item was removed or edited by hand: register that account again.`,
    { tableName: table.tableName, accountId: last?.accountId },
  );
}

const toHead = (last: LastChange | undefined, ready: string | undefined): RegistryHead => ({
  revision: last?.value ?? 0,
  ...(ready === undefined ? {} : { readySince: ready }),
  ...(last?.at === undefined ? {} : { changedAt: last.at }),
});

type SettledTest = (last: LastChange | undefined) => Promise<boolean>;

/**
 * Returns a test whether the last change can be read completely. It reads the account of the change once for each
 * revision, because an account that could be read once stays readable.
 */
function createSettledTest(registry: Registry): SettledTest {
  let latest: { readonly revision: number; readonly readable: Promise<boolean> } | undefined;
  return async (last) => {
    const revision = last?.value ?? 0;
    if (latest?.revision !== revision) latest = { revision, readable: isReadable(registry, last) };
    const test = latest;
    const isSettled = await test.readable.catch(() => isReadable(registry, last));
    if (!isSettled && latest === test) latest = undefined;
    return isSettled;
  };
}

/**
 * Reads the revision and the end of the first import by one query, because the sort keys of both items are neighbors.
 */
async function readHead(table: Table) {
  let last: LastChange | undefined;
  let ready: string | undefined;
  for await (const item of iterateItemsBetween(table, partition, readyKey.sk, revisionKey.sk)) {
    if (item.sk === revisionKey.sk) last = parseItem(lastChangeSchema, item, table.tableName);
    if (item.sk === readyKey.sk) ready = parseItem(readySchema, item, table.tableName).at;
  }
  return { last, ready };
}

interface Registry {
  readonly table: Table;
  readonly clock: Clock;
}

async function isReadable({ table, clock }: Registry, last: LastChange | undefined): Promise<boolean> {
  if (last === undefined) return true;
  const account = await readAccount(table, last.accountId);
  if (account !== undefined && account.revision >= last.value) return true;
  return account?.revision === 0 && (await staysWithoutRevision({ table, clock }, last));
}

/**
 * Whether an item still has no valid revision after a wait. A write may be about to replace the item. If the item stays
 * the same, waiting longer does not help.
 */
async function staysWithoutRevision(
  { table, clock }: Registry,
  { accountId, value }: LastChange,
): Promise<boolean> {
  for (let read = 1; read <= patience.reads; read += 1) {
    await clock.sleep(patience.milliseconds);
    const account = await readAccount(table, accountId);
    if (account?.revision !== 0) return account !== undefined && account.revision >= value;
  }
  return true;
}

async function putAccount(
  { table, clock }: Registry,
  account: Account,
  expected: number | undefined,
  at: string,
): Promise<RegisteredAccount | undefined> {
  const last = await readItem(table, revisionKey, lastChangeSchema);
  if (last?.accountId !== account.id && !(await isReadable({ table, clock }, last))) return undefined;
  const revision = (last?.value ?? 0) + 1;
  const registered: RegisteredAccount = { ...account, revision, updatedAt: at };
  const counter: LastChange = { value: revision, accountId: account.id, at };
  const held = await sendTransaction(() =>
    table.client.send(
      new TransactWriteCommand({
        TransactItems: [
          { Put: conditionalPut(table, accountItem(registered), 'revision', expected) },
          { Put: conditionalPut(table, { ...revisionKey, ...counter }, 'value', last?.value) },
        ],
      }),
    ),
  );
  return held ? registered : undefined;
}

const conditionalPut = (table: Table, item: Key, number: string, expected: number | undefined) => ({
  TableName: table.tableName,
  Item: { ...item },
  ...createNumberCondition(number, expected),
});

/** Stores when the first complete import ended. Later imports do not change that time. */
async function markReady({ client, tableName }: Table, at: string): Promise<void> {
  const mark = {
    TableName: tableName,
    Item: { ...readyKey, at },
    ConditionExpression: 'attribute_not_exists(pk)',
  };
  await sendConditionalWrite(() => client.send(new PutCommand(mark)));
}
