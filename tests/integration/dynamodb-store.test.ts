import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { DescribeTimeToLiveCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Clock } from '../../shared/platform/clock.ts';
import type { ErrorRecord } from '../../shared/platform/errors.ts';
import { withoutUndefined } from '../../shared/store/dynamodb/items.ts';
import { createDynamoStore } from '../../shared/store/dynamodb/store.ts';
import { type Table, timeToLive } from '../../shared/store/dynamodb/table.ts';
import type { Store } from '../../shared/store/ports.ts';
import { describeWithDynamoDb } from '../fixtures/servers/dynamodb-local.ts';
import { createTable, tableClient } from '../fixtures/servers/dynamodb-tables.ts';
import {
  aChange,
  accountId,
  anAccount,
  aRun,
  aState,
  at,
  bucket,
  key,
  later,
} from '../fixtures/store-items.ts';
import { storeContract } from '../store/contract.ts';
import { unreadableItemsContract } from '../store/contracts/unreadable-items.ts';

/** A clock on which this happens while the store waits. */
const waitingFor = (sleep: (milliseconds: number) => Promise<void>): Clock => ({
  now: () => Date.parse(at),
  sleep,
});

describeWithDynamoDb('the store in DynamoDB', (dynamodb) => {
  let client: DynamoDBDocumentClient;
  beforeAll(() => {
    client = tableClient(dynamodb().endpoint);
  });
  afterAll(() => client.destroy());

  const newTable = () => createTable(client);
  const put = ({ tableName }: Table, Item: Record<string, unknown>) =>
    client.send(new PutCommand({ TableName: tableName, Item: withoutUndefined(Item) }));
  const get = async ({ tableName }: Table, pk: string, sk: string) =>
    (await client.send(new GetCommand({ TableName: tableName, Key: { pk, sk } }))).Item;

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
    test('takes the setting for the time to live', async () => {
      const { tableName } = await newTable();
      await client.send(
        new UpdateTimeToLiveCommand({ TableName: tableName, TimeToLiveSpecification: timeToLive }),
      );

      const { TimeToLiveDescription: set } = await client.send(
        new DescribeTimeToLiveCommand({ TableName: tableName }),
      );
      expect(set).toMatchObject({ AttributeName: 'expiresAt', TimeToLiveStatus: 'ENABLED' });
    });

    test('keeps a lease some days longer than it lasts, so that only its end decides', async () => {
      const table = await newTable();
      const until = Date.parse(at) + 60_000;
      await createDynamoStore(table).leases.acquire(bucket, 'run-1', Date.parse(at), until);

      const item = await get(table, `RESOURCE#${bucket}`, 'LEASE');
      expect(item).toMatchObject({ owner: 'run-1', until });
      expect(item?.expiresAt).toBeGreaterThan(until / 1000 + 24 * 60 * 60);
    });

    test('keeps small documents readable as JSON', async () => {
      const table = await newTable();
      await createDynamoStore(table).runs.putChange('run-1', aChange({ before: { policy: null } }));

      expect(await get(table, 'RUN#run-1', `CHANGE#${bucket}`)).toMatchObject({ before: '{"policy":null}' });
    });
  });

  describe('an answer that never came', () => {
    test('does not cost a lease: the repeated request finds its own and succeeds', async () => {
      const table = await newTable();
      const { leases } = createDynamoStore({ ...table, client: withLostAnswer(dynamodb().endpoint) });

      expect(await leases.acquire(bucket, 'run-1', 1_000, 2_000)).toMatchObject({ taken: true });
      expect(await leases.acquire(bucket, 'run-1', 1_000, 2_000)).toMatchObject({ taken: false });
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

    test('does not give its revision before the account can be read', async () => {
      const table = await halfVisible();
      let waits = 0;
      const appear = async () => {
        waits += 1;
        if (waits === 2) await put(table, { ...missing, revision: 2, updatedAt: at });
      };

      const { revision } = await createDynamoStore(table, waitingFor(appear)).registry.getHead();

      expect({ revision, waits }).toEqual({ revision: 2, waits: 2 });
    });

    test('gives up with an error that says so when it never can', async () => {
      const waits: number[] = [];
      const noted = async (milliseconds: number) => void waits.push(milliseconds);
      const { registry } = createDynamoStore(await halfVisible(), waitingFor(noted));

      await expect(registry.getHead()).rejects.toMatchObject({
        name: 'ConcurrentUpdateError',
        fields: { accountId: accountId(1) },
      });
      expect(waits).toEqual(Array(20).fill(50));
    });

    test('takes no change of another account, and is healed by that account', async () => {
      const { registry } = createDynamoStore(await halfVisible());

      expect(await registry.put(anAccount({ id: accountId(2) }), undefined, at)).toBeUndefined();
      expect(await registry.put(anAccount({ id: accountId(1) }), undefined, at)).toMatchObject({
        revision: 3,
      });
      expect((await registry.getHead()).revision).toBe(3);
    });
  });

  test('what an activation carried over is read with it, also where only the activation is seen at first', async () => {
    const table = await newTable();
    const { searchResults, configuration } = createDynamoStore(table);
    const item = { search: 'a search', matching: [], former: [], generation: 1 };
    const carried = { ...item, matching: [bucket], generation: 2 };
    await searchResults.put(item, undefined);
    const activation = { hash: '', resources: [], document: {}, ous: {}, activatedAt: at, activatedBy: '' };
    await configuration.activate({ ...activation, carried: { 'a search': 2 } });
    const late = afterFirstAnswer(dynamodb().endpoint, () => searchResults.put(carried, 1), 'QueryCommand');

    const seen = await createDynamoStore({
      ...table,
      client: late,
    }).configuration.getActiveWithSearchResults();

    expect(seen.searchResults).toStrictEqual([carried]);
  });

  describe('an item that does not fit', () => {
    test('is named with its table, its key, the field and what was expected', async () => {
      const table = await newTable();
      await put(table, {
        pk: `RESOURCE#${bucket}`,
        sk: 'STATE',
        ...aState(),
        generation: 'three',
        owned: [1],
      });

      const error = await createDynamoStore(table)
        .resources.get(bucket)
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'StoredItemError', retryable: false });
      const { message } = error as Error;
      expect(message).toContain(`RESOURCE#${bucket} / STATE of table ${table.tableName}`);
      expect(message).toMatch(/generation: .*expected number, received string/);
      expect(message).toMatch(/owned\[0\]: .*expected string/);
    });

    test.each([
      ['no JSON', '{'],
      ['no compressed JSON', Buffer.from('plain')],
      ['no documents', '[]'],
    ])('is named where a packed field holds %s', async (_name, before) => {
      const table = await newTable();
      await put(table, { pk: 'RUN#run-1', sk: `CHANGE#${key}`, resource: key, before });

      const [change] = await createDynamoStore(table).runs.listChanges('run-1');
      expect(change).toMatchObject({
        resource: key,
        error: { name: 'StoredItemError', message: expect.stringMatching(/before: .*expected/) },
      });
    });

    const bomb = gzipSync(JSON.stringify('x'.repeat(64 * 1024 * 1024)));
    const account = { ...anAccount(), revision: 1, updatedAt: at, approved: true };
    const { approved: _, ...undecided } = account;
    const accountKey = { pk: 'REGISTRY', sk: `ACCOUNT#${accountId(0)}` };
    const stateKey = { pk: `RESOURCE#${bucket}`, sk: 'STATE' };
    const search = 'a search';
    const searchKey = { pk: 'FOUND', sk: `SEARCH#${createHash('sha256').update(search).digest('hex')}` };
    const found = { search, matching: '[]', former: '[]', generation: 1 };
    const request = {
      runId: 'run-1',
      token: 't',
      execution: 'e',
      accounts: '[]',
      planHash: '',
      configurationHash: '',
      difference: '""',
      requestedAt: at,
      until: later,
    };
    const requestKey = { pk: 'RUN#run-1', sk: 'APPROVAL' };
    const inForce = {
      hash: '',
      resources: '[]',
      document: '{}',
      ous: '{}',
      activatedAt: at,
      activatedBy: '',
    };
    const target = { application: 'a', environment: 'e', profile: 'p', strategy: 's' };
    const delivery = {
      source: 'arn',
      id: 'a/e/p/1',
      version: '1',
      accountId: accountId(0),
      region: 'eu-west-1',
      target,
      status: 'started',
      runId: 'run-1',
      ownedUntil: 1,
      requestedAt: at,
      updatedAt: at,
      startAttempts: 0,
      retriedStarts: 0,
      startOutcomeUnknown: false,
      revision: 1,
    };
    const deliveryKey = { pk: 'OUTBOX#arn', sk: 'DELIVERY#a/e/p/1' };
    const accounts = async ({ registry }: Store) => unreadableIn(await registry.listAccounts());
    const state = ({ resources }: Store) => resources.get(bucket);
    const run = ({ runs }: Store) => runs.get('run-1');
    const changes = async ({ runs }: Store) => (await runs.listChanges('run-1'))[0]?.error;
    const searches = async ({ searchResults: all }: Store) => unreadableIn(await all.list());
    const lease = ({ leases }: Store) =>
      leases.acquire(bucket, 'run-1', Date.parse(at), Date.parse(at) + 60_000);
    const changeKey = { pk: 'RUN#run-1', sk: `CHANGE#${bucket}` };
    test.each<[string, object, object, (store: Store) => Promise<unknown>]>([
      [
        'a time at which a grace began',
        stateKey,
        { ...aState(), leaving: `{"${accountId(0)}":"soon"}` },
        state,
      ],
      ['an account that leaves', stateKey, { ...aState(), leaving: `{"everybody":"${at}"}` }, state],
      ['what unpacks without bound', stateKey, { ...aState(), leaving: bomb }, state],
      ['a time of an external change', stateKey, { ...aState(), disputed: { since: 'x', sids: [] } }, state],
      ['a time of a write', stateKey, { ...aState(), updatedAt: '2026-13-45T99:00:00Z' }, state],
      ['a revision that was served', stateKey, { ...aState(), appliedRevision: -1 }, state],
      ['a revision that no number is', stateKey, { ...aState(), appliedRevision: 1.5 }, state],
      ['a version', stateKey, { ...aState(), version: 0 }, state],
      ['a hash', stateKey, { ...aState(), configurationHash: 'none' }, state],
      [
        'a time until which a write waits',
        stateKey,
        { ...aState(), batchWindow: { until: '', pause: 1, revision: 1 } },
        state,
      ],
      ['no word about approval', accountKey, undecided, accounts],
      [
        'two words about approval',
        accountKey,
        { ...account, approval: { since: at, approvedAs: null } },
        accounts,
      ],
      [
        'an approval since no time',
        accountKey,
        { ...undecided, approval: { since: 'x', approvedAs: null } },
        accounts,
      ],
      [
        'an approval elsewhere by halves',
        accountKey,
        { ...undecided, approval: { since: at, approvedAs: {} } },
        accounts,
      ],
      ['an approval that is a word', accountKey, { ...account, approved: 'yes' }, accounts],
      ['another account', accountKey, { ...account, id: accountId(1) }, accounts],
      ['no account', accountKey, { ...account, id: 'x' }, accounts],
      ['no revision', accountKey, { ...account, revision: 0 }, accounts],
      ['no state of an account', accountKey, { ...account, state: 'OPEN' }, accounts],
      [
        'no number of the last change',
        { pk: 'REGISTRY', sk: 'REVISION' },
        { value: 'x', accountId: accountId(0) },
        ({ registry }) => registry.getHead(),
      ],
      [
        'no time of the import',
        { pk: 'REGISTRY', sk: 'READY' },
        { at: 'yes' },
        ({ registry }) => registry.getHead(),
      ],
      [
        'a lease that lasts for years',
        { ...stateKey, sk: 'LEASE' },
        { owner: 'x', until: Date.parse(at) + 1e12 },
        lease,
      ],
      [
        'a run since no time',
        { pk: 'RUN#run-1', sk: 'RUN' },
        { ...aRun(), accountIds: '[]', startedAt: '' },
        run,
      ],
      [
        'a run without a known status',
        { pk: 'RUN#run-1', sk: 'RUN' },
        { ...aRun(), accountIds: '[]', status: 'done' },
        run,
      ],
      [
        'accounts that unpack without bound',
        { pk: 'RUN#run-1', sk: 'RUN' },
        { ...aRun(), accountIds: bomb },
        run,
      ],
      ['a change at no time', changeKey, { resource: bucket, plannedAt: 'x' }, changes],
      ['a change for nobody that leaves', changeKey, { resource: bucket, leaving: '{"1":"x"}' }, changes],
      [
        'a request that ends at no time',
        requestKey,
        { ...request, until: 'never' },
        ({ approvals }) => approvals.get('run-1'),
      ],
      [
        'a request of another run',
        requestKey,
        { ...request, runId: 'run-2' },
        ({ approvals }) => approvals.get('run-1'),
      ],
      [
        'a decision that is none',
        requestKey,
        { ...request, decision: `{"verdict":"maybe","by":"x","at":"${at}"}` },
        ({ approvals }) => approvals.get('run-1'),
      ],
      [
        'a configuration since no time',
        { pk: 'CONFIGURATION', sk: 'IN_FORCE' },
        { ...inForce, activatedAt: '' },
        ({ configuration }) => configuration.getActive(),
      ],
      [
        'a configuration that unpacks without bound',
        { pk: 'CONFIGURATION', sk: 'IN_FORCE' },
        { ...inForce, document: bomb },
        ({ configuration }) => configuration.getActive(),
      ],
      ['another search', searchKey, { ...found, search: 'another' }, searches],
      ['a search at no time', searchKey, { ...found, lookedAt: 'x' }, searches],
      ['a search without a generation', searchKey, { ...found, generation: 0 }, searches],
      [
        'a delivery that is owned for ever',
        deliveryKey,
        { ...delivery, ownedUntil: 9e15 },
        ({ outbox }) => outbox.get(delivery),
      ],
      ['another delivery', deliveryKey, { ...delivery, id: 'a/e/p/2' }, ({ outbox }) => outbox.get(delivery)],
      [
        'a delivery taken up again for ever',
        deliveryKey,
        { ...delivery, again: { until: -1, notifiedByRun: '' } },
        ({ outbox }) => outbox.get(delivery),
      ],
    ])('is named when it holds %s', async (_name, keys, fields, read) => {
      const table = await newTable();
      await put(table, { ...keys, ...fields });

      const error = await read(createDynamoStore(table)).catch((thrown: unknown) => thrown);

      expect(error).toMatchObject({ name: 'StoredItemError', retryable: false, fields: keys });
    });

    test('is named when the counts of a sweep lack one', async () => {
      const table = await newTable();
      const names = [
        'accounts',
        'changed',
        'departed',
        'equal',
        'written',
        'withheld',
        'setAside',
        'refused',
      ];
      const counts = Object.fromEntries([...names, 'failed', 'closedRuns'].map((name) => [name, 1]));
      const keys = { pk: 'RUN#run-1', sk: 'RUN' };
      await put(table, { ...keys, ...aRun(), accountIds: '[]', counts: { ...counts, drift: {} } });

      const error = await createDynamoStore(table)
        .runs.get('run-1')
        .catch((thrown: unknown) => thrown);

      expect(error).toMatchObject({ name: 'StoredItemError', fields: keys });
    });

    test.each([
      ['without its end', { owner: 'run-0', expiresAt: 1 }],
      ['without its owner', { until: Date.parse(at) + 60_000 }],
    ])(
      'is a lease of another version %s: nobody waits for it, and nobody takes it',
      async (_name, fields) => {
        const table = await newTable();
        const item = { pk: `RESOURCE#${bucket}`, sk: 'LEASE', ...fields };
        await put(table, item);

        const taking = createDynamoStore(table).leases.acquire(
          bucket,
          'run-1',
          Date.parse(at),
          Date.parse(later),
        );

        await expect(taking).rejects.toMatchObject({
          name: 'StoredItemError',
          retryable: false,
          message: expect.stringMatching(
            /(until|owner): .*When no run of that version is under way, remove the item/s,
          ),
        });
        expect(await get(table, item.pk, item.sk)).toEqual(item);
      },
    );

    test('is none where a lease of the first version lacks what was added since', async () => {
      const table = await newTable();
      const until = Date.parse(at) + 60_000;
      await put(table, { pk: `RESOURCE#${bucket}`, sk: 'LEASE', owner: 'run-0', until });
      const { leases } = createDynamoStore(table);

      expect(await leases.acquire(bucket, 'run-1', until - 1, until + 60_000)).toMatchObject({
        taken: false,
      });
      expect(await leases.acquire(bucket, 'run-1', until, until + 60_000)).toMatchObject({ taken: true });
    });

    test('is none where a resource of the first version lacks what is kept since', async () => {
      const table = await newTable();
      const first = { appliedRevision: 7, configurationHash: 'f'.repeat(64), owned: ['Sid'], generation: 1 };
      await put(table, { pk: `RESOURCE#${bucket}`, sk: 'STATE', ...first, updatedAt: at });

      expect(await createDynamoStore(table).resources.get(bucket)).toStrictEqual({ ...first, updatedAt: at });
    });

    test('is a resource of another version that lacks its generation: refused, and says what to do', async () => {
      const table = await newTable();
      const { generation: _, ...older } = aState();
      await put(table, { pk: `RESOURCE#${bucket}`, sk: 'STATE', ...older });

      await expect(createDynamoStore(table).resources.get(bucket)).rejects.toThrow(
        /generation: .*Go back to the version that wrote it, or correct the item, or remove it/s,
      );
    });

    test('is none where an account in the root has an empty OU path', async () => {
      const { registry } = createDynamoStore(await newTable());
      await registry.put(anAccount({ ouPath: '', parentIds: ['r-abcd'] }), undefined, at);

      expect(await registry.listAccounts()).toMatchObject([{ ouPath: '' }]);
    });

    test('does no harm where a newer version added a field', async () => {
      const table = await newTable();
      await put(table, { pk: `RESOURCE#${bucket}`, sk: 'STATE', ...aState(), later: ['Sid'] });

      expect(await createDynamoStore(table).resources.get(bucket)).toStrictEqual(aState());
    });
  });

  test('errors of DynamoDB that are no lost condition propagate', async () => {
    const { registry, leases } = createDynamoStore({ client, tableName: 'missing' });

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

/**
 * A client with which something happens between its first answer and whoever has asked.
 * @param command The first answer to this one. Default: to any
 */
function afterFirstAnswer(endpoint: string, happen: () => unknown, command?: string): DynamoDBDocumentClient {
  const client = tableClient(endpoint);
  let happened = false;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next(args);
        if (happened || (command ?? commandName) !== commandName) return answer;
        happened = true;
        await happen();
        return answer;
      },
    { step: 'finalizeRequest', name: 'afterFirstAnswer', priority: 'low' },
  );
  return client;
}

/** The error of the first item that cannot be understood. */
const unreadableIn = (items: readonly { readonly unreadable?: ErrorRecord | undefined }[]) =>
  items.find(({ unreadable }) => unreadable !== undefined)?.unreadable;
