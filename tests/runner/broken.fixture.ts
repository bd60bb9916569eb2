import { beforeAll, describe, test } from '@jest/globals';

/** Every one of these tests fails. `run.test.ts` looks whether jest says so. */
test('hangs', () => new Promise(() => {}), 20);

test('leaves a rejection that nobody handles', async () => {
  void Promise.reject(new Error('unhandled'));
  await new Promise((resolve) => setImmediate(resolve));
});

test('throws in a callback', async () => {
  process.nextTick(() => {
    throw new Error('uncaught');
  });
  await new Promise((resolve) => setImmediate(resolve));
});

describe('a hook that fails', () => {
  beforeAll(() => {
    throw new Error('hook');
  });

  test('fails the tests after it', () => {});
});
