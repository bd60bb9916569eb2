import { expect, test } from '@jest/globals';
import { createMemoryStore } from '../../shared/store/memory.ts';
import { anAccount, at } from '../fixtures/store-items.ts';
import { storeContract } from './contract.ts';

storeContract('the store in memory', async () => createMemoryStore());

test('starts one of two simultaneous changes again, as DynamoDB does', async () => {
  const { registry } = createMemoryStore();
  const results = await Promise.all([
    registry.put(anAccount({ id: '111122223333' }), undefined, at),
    registry.put(anAccount({ id: '444455556666' }), undefined, at),
  ]);

  expect(results.filter((result) => result !== undefined)).toHaveLength(1);
});
