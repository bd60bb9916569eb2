import { DescribeTimeToLiveCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from '@jest/globals';
import type { Clock } from '../../shared/platform/clock.ts';
import { createDynamoStore } from '../../shared/store/dynamodb/store.ts';
import { type Table, timeToLive } from '../../shared/store/dynamodb/table.ts';
import { describeWithDynamoDb } from '../fixtures/servers/dynamodb-local.ts';
import { tableClient, useTables } from '../fixtures/servers/dynamodb-tables.ts';
import { aChange, accountId, anAccount, aState, at, bucket } from '../fixtures/store-items.ts';
import { storeContract } from '../store/contract.ts';
import { unreadableItemsContract } from '../store/contracts/unreadable-items.ts';

/** A clock on which this happens while the store waits. */
const waitingFor = (sleep: (milliseconds: number) => Promise<void>): Clock => ({
  now: () => Date.parse(at),
  sleep,
});

describeWithDynamoDb('the store in DynamoDB', (dynamodb) => {
  const { client, newTable, put, get } = useTables(() => dynamodb().endpoint);

  storeContract('its contract', async () =>
    createDynamoStore(
      await newTable(),
      waitingFor(async () => {}),
    ),
  );
  unreadableItemsContract(async () => {
    const table = await newTable();
    return { store: createDynamoStore(table), put: (item) => put(table, item) };
  });

  describe('its table', () => {
    test('waits until the table accepts its setting for the time to live', async () => {
      const { tableName } = await newTable();
      await client().send(
        new UpdateTimeToLiveCommand({ TableName: tableName, TimeToLiveSpecification: timeToLive }),
      );

      const { TimeToLiveDescription: set } = await client().send(
        new DescribeTimeToLiveCommand({ TableName: tableName }),
      );
      expect(set).toMatchObject({ AttributeName: 'expiresAt', TimeToLiveStatus: 'ENABLED' });
    });

    test('keeps a lease item some days longer than the lease, so that its end time decides', async () => {
      const table = await newTable();
      const until = Date.parse(at) + 60_000;
      await createDynamoStore(table).leases.acquire(bucket, 'run-1', Date.parse(at), until);

      const item = await get(table, `RESOURCE#111122223333#${bucket}`, 'LEASE');
      expect(item).toMatchObject({ owner: 'run-1', until });
      expect(item?.expiresAt).toBeGreaterThan(until / 1000 + 24 * 60 * 60);
    });

    test('stores small documents as readable JSON', async () => {
      const table = await newTable();
      await createDynamoStore(table).runs.putChange('run-1', aChange({ before: { policy: null } }));

      expect(await get(table, 'RUN#run-1#111122223333', `CHANGE#${bucket}`)).toMatchObject({
        before: '{"policy":null}',
      });
    });
  });

  describe('an answer that never came', () => {
    test('acquires a lease once when the answer was lost and the request is repeated', async () => {
      const table = await newTable();
      const { leases } = createDynamoStore({ ...table, client: withLostAnswer(dynamodb().endpoint) });

      expect(await leases.acquire(bucket, 'run-1', 1_000, 2_000)).toMatchObject({ taken: true });
      expect(await leases.acquire(bucket, 'run-1', 1_000, 2_000)).toMatchObject({ taken: false });
    });
  });

  describe('the state of a resource', () => {
    test("stores a resource's state when the answer was lost and the request is repeated", async () => {
      const table = await newTable();
      const { resources } = createDynamoStore({ ...table, client: withLostAnswer(dynamodb().endpoint) });

      expect(await resources.put(bucket, aState())).toBe(1);
      expect(await resources.listManaged(['111122223333'])).toEqual([bucket]);
    });

    test('removes a resource from the inventory when it has no managed content', async () => {
      const table = await newTable();
      const { resources } = createDynamoStore(table);
      await resources.put(bucket, aState());

      await put(table, { pk: 'RESOURCE#111122223333#INVENTORY', sk: `MANAGED#${bucket}` });
      await resources.put(bucket, { ...aState({ managed: { sids: [] } }), version: 1 });

      expect(await get(table, 'RESOURCE#111122223333#INVENTORY', `MANAGED#${bucket}`)).toBeUndefined();
      expect(await resources.get(bucket)).toMatchObject({ managed: { sids: [] }, version: 2 });
    });
  });

  describe('a registry whose last change cannot be read yet', () => {
    const halfVisible = async (): Promise<Table> => {
      const table = await newTable();
      await createDynamoStore(table).registry.put(anAccount(), undefined, at);
      await put(table, { pk: 'REGISTRY', sk: 'REVISION', value: 2, accountId: accountId(1) });
      return table;
    };
    const missing = {
      pk: 'REGISTRY',
      sk: `ACCOUNT#${accountId(1)}`,
      ...anAccount({ id: accountId(1) }),
      approved: true,
    };

    test("returns the registry's revision only after the account can be read", async () => {
      const table = await halfVisible();
      let waits = 0;
      const appear = async () => {
        waits += 1;
        if (waits === 2) await put(table, { ...missing, revision: 2, updatedAt: at });
      };

      const { revision } = await createDynamoStore(table, waitingFor(appear)).registry.getHead();

      expect({ revision, waits }).toEqual({ revision: 2, waits: 2 });
    });

    test('throws when the account of the last revision can never be read', async () => {
      const waits: number[] = [];
      const noted = async (milliseconds: number) => void waits.push(milliseconds);
      const { registry } = createDynamoStore(await halfVisible(), waitingFor(noted));

      await expect(registry.getHead()).rejects.toMatchObject({
        name: 'ConcurrentUpdateError',
        fields: { accountId: accountId(1) },
      });
      expect(waits).toEqual(Array(20).fill(50));
    });

    test("accepts no other account's change until the missing account was written again", async () => {
      const { registry } = createDynamoStore(await halfVisible());

      expect(await registry.put(anAccount({ id: accountId(2) }), undefined, at)).toBeUndefined();
      expect(await registry.put(anAccount({ id: accountId(1) }), undefined, at)).toMatchObject({
        revision: 3,
      });
      expect((await registry.getHead()).revision).toBe(3);
    });
  });

  test('rethrows DynamoDB errors that are no failed condition', async () => {
    const { registry, leases } = createDynamoStore({ client: client(), tableName: 'missing' });

    await expect(registry.listAccounts()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(leases.acquire(bucket, 'run-1', 1, 2)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

/** A client that loses the answer to its first request, after the table has served it. */
const withLostAnswer = (endpoint: string): DynamoDBDocumentClient =>
  afterFirstAnswer(endpoint, () => {
    throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
  });

/** A client with which something happens between its first answer and its caller. */
function afterFirstAnswer(endpoint: string, happen: () => unknown): DynamoDBDocumentClient {
  const client = tableClient(endpoint);
  let happened = false;
  client.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      if (happened) return answer;
      happened = true;
      await happen();
      return answer;
    },
    { step: 'finalizeRequest', name: 'afterFirstAnswer', priority: 'low' },
  );
  return client;
}
