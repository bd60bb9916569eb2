import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from '@jest/globals';
import { sendTransaction } from '../../shared/store/dynamodb/transactions.ts';

const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    $metadata: {},
    message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

const sent = (error?: unknown) =>
  sendTransaction(async () => {
    if (error !== undefined) throw error;
  });

describe('a transaction', () => {
  test('that was applied held', async () => {
    expect(await sent()).toBe(true);
  });

  test.each([
    [['ConditionalCheckFailed', 'None']],
    [['None', 'ConditionalCheckFailed']],
    [['None', 'TransactionConflict']],
    [['ConditionalCheckFailed', 'TransactionConflict']],
  ])('that was cancelled with %j is lost, and the caller starts over', async (codes) => {
    expect(await sent(cancelled(...codes))).toBe(false);
  });

  test.each([[['None', 'ThrottlingError']], [['ConditionalCheckFailed', 'ProvisionedThroughputExceeded']]])(
    'that was cancelled with %j may be repeated later',
    async (codes) => {
      const error = cancelled(...codes);
      await expect(sent(error)).rejects.toMatchObject({
        name: 'ThrottledError',
        retryable: true,
        cause: error,
      });
    },
  );

  test.each([[['ValidationError', 'None']], [['ConditionalCheckFailed', 'AccessDenied']], [[]]])(
    'that was cancelled with %j fails with what DynamoDB said',
    async (codes: string[]) => {
      const error = cancelled(...codes);
      await expect(sent(error)).rejects.toBe(error);
    },
  );

  test('that failed otherwise fails with the same error', async () => {
    const error = new Error('socket hang up');
    await expect(sent(error)).rejects.toBe(error);
  });
});
