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
  test('returns true when the transaction was applied', async () => {
    expect(await sent()).toBe(true);
  });

  test.each([
    [['ConditionalCheckFailed', 'None']],
    [['None', 'ConditionalCheckFailed']],
    [['None', 'TransactionConflict']],
    [['ConditionalCheckFailed', 'TransactionConflict']],
  ])(
    'returns false when the transaction was canceled with %j, so that the caller starts again',
    async (codes) => {
      expect(await sent(cancelled(...codes))).toBe(false);
    },
  );

  test.each([[['None', 'ThrottlingError']], [['ConditionalCheckFailed', 'ProvisionedThroughputExceeded']]])(
    'throws a retryable error when the transaction was canceled with %j',
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
    "throws DynamoDB's error when the transaction was canceled with %j",
    async (codes: string[]) => {
      const error = cancelled(...codes);
      await expect(sent(error)).rejects.toBe(error);
    },
  );

  test('throws every other error of a transaction again', async () => {
    const error = new Error('socket hang up');
    await expect(sent(error)).rejects.toBe(error);
  });
});
