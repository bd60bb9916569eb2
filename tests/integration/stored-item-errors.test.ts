import { describe, expect, test } from '@jest/globals';
import { createDynamoStore } from '../../shared/store/dynamodb/store.ts';
import { malformedItems } from '../fixtures/malformed-items.ts';
import { describeWithDynamoDb } from '../fixtures/servers/dynamodb-local.ts';
import { useTables } from '../fixtures/servers/dynamodb-tables.ts';
import { anAccount, aReconciliation, aState, at, bucket, key, later } from '../fixtures/store-items.ts';

describeWithDynamoDb('the store in DynamoDB', (dynamodb) => {
  const { newTable, put, get } = useTables(() => dynamodb().endpoint);

  describe('an item that does not fit', () => {
    test('names the table, the key, the field and the expected form of an unreadable item', async () => {
      const table = await newTable();
      await put(table, {
        pk: `RESOURCE#111122223333#${bucket}`,
        sk: 'STATE',
        lastReconciliation: { ...aReconciliation(), generation: 'three' },
        managed: { sids: [1] },
      });

      const error = await createDynamoStore(table)
        .resources.get(bucket)
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'StoredItemError', retryable: false });
      const { message } = error as Error;
      expect(message).toContain(`RESOURCE#111122223333#${bucket} / STATE of table ${table.tableName}`);
      expect(message).toMatch(/lastReconciliation\.generation: .*expected number, received string/);
      expect(message).toMatch(/managed\.sids\[0\]: .*expected string/);
    });

    test.each([
      ['no JSON', '{'],
      ['no compressed JSON', Buffer.from('plain')],
      ['no documents', '[]'],
    ])('names an item when its packed field holds %s', async (_name, before) => {
      const table = await newTable();
      await put(table, { pk: 'RUN#run-1#111122223333', sk: `CHANGE#${key}`, resource: key, before });

      const change = await createDynamoStore(table).runs.getChange('run-1', key);
      expect(change).toMatchObject({
        resource: key,
        error: { name: 'StoredItemError', message: expect.stringMatching(/before: .*expected/) },
      });
    });

    test.each(malformedItems)('names an item when its content is $fault', async ({ keys, fields, read }) => {
      const table = await newTable();
      await put(table, { ...keys, ...fields });

      const error = await read(createDynamoStore(table)).catch((thrown: unknown) => thrown);

      expect(error).toMatchObject({ name: 'StoredItemError', retryable: false, fields: keys });
    });

    test.each([
      ['without its end', { owner: 'run-0', expiresAt: 1 }],
      ['without its owner', { until: Date.parse(at) + 60_000 }],
    ])('refuses a lease of another version %s without waiting for it', async (_name, fields) => {
      const table = await newTable();
      const item = { pk: `RESOURCE#111122223333#${bucket}`, sk: 'LEASE', ...fields };
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
    });

    test('accepts a lease of the first version without later fields', async () => {
      const table = await newTable();
      const until = Date.parse(at) + 60_000;
      await put(table, { pk: `RESOURCE#111122223333#${bucket}`, sk: 'LEASE', owner: 'run-0', until });
      const { leases } = createDynamoStore(table);

      expect(await leases.acquire(bucket, 'run-1', until - 1, until + 60_000)).toMatchObject({
        taken: false,
      });
      expect(await leases.acquire(bucket, 'run-1', until, until + 60_000)).toMatchObject({ taken: true });
    });

    test('refuses a resource, and says what to do, when another version wrote it without its Sids', async () => {
      const table = await newTable();
      const { managed: _, ...older } = aState();
      await put(table, { pk: `RESOURCE#111122223333#${bucket}`, sk: 'STATE', ...older });

      await expect(createDynamoStore(table).resources.get(bucket)).rejects.toThrow(
        /managed: .*Go back to the version that wrote the item, or correct or remove it/s,
      );
    });

    test('accepts an account in the root with an empty OU path', async () => {
      const { registry } = createDynamoStore(await newTable());
      await registry.put(anAccount({ ouPath: '', parentIds: ['r-abcd'] }), undefined, at);

      expect(await registry.listAccounts()).toMatchObject([{ ouPath: '' }]);
    });

    test('accepts an item when a newer version added a field', async () => {
      const table = await newTable();
      await put(table, { pk: `RESOURCE#111122223333#${bucket}`, sk: 'STATE', ...aState(), later: ['Sid'] });

      expect(await createDynamoStore(table).resources.get(bucket)).toStrictEqual(aState());
    });
  });
});
