import { TransactionConflictException } from '@aws-sdk/client-dynamodb';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from '@jest/globals';
import { createDynamoLeases } from '../../shared/store/dynamodb/leases.ts';
import { bucket } from '../fixtures/store-items.ts';

/** A table in which another transaction changes the lease just now. The lease is as in `item` after it. */
const createTable = (item: object | undefined) => ({
  tableName: 'onboarding',
  client: {
    send: async (command: object) => {
      if (command instanceof GetCommand) return item === undefined ? {} : { Item: item };
      throw new TransactionConflictException({ message: 'ongoing transaction', $metadata: {} });
    },
  },
});

const acquire = (item: object | undefined) =>
  createDynamoLeases(createTable(item) as never).acquire(bucket, 'own', 1_000, 2_000);

test('takes no lease when the holder releases it in a transaction at the same time', async () => {
  expect(await acquire(undefined)).toEqual({ taken: false, until: 1_000 });
});

test('returns the holder when the transaction with the lease was canceled', async () => {
  const lease = { pk: 'p', sk: 'LEASE', owner: 'other', until: 1_500 };

  expect(await acquire(lease)).toEqual({ taken: false, until: 1_500, owner: 'other' });
});
