import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { ThrottledError } from '../../platform/aws/errors.ts';

/** One write of a transaction. */
export type TransactionPart = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/**
 * Reasons for which the caller must read again and start over: a condition is not satisfied any more, or another
 * transaction is changing the item.
 */
const lost: ReadonlySet<string> = new Set(['ConditionalCheckFailed', 'TransactionConflict']);

/** Reasons for which the same transaction can be sent again later: DynamoDB has no capacity at the moment. */
const throttled: ReadonlySet<string> = new Set(['ThrottlingError', 'ProvisionedThroughputExceeded']);

/**
 * Sends a transaction. DynamoDB cancels it as a whole and gives one reason for each item. The reason is `None` for an
 * item that is not the cause (TransactWriteItems, API reference). The SDK does not repeat a cancelled transaction. If
 * an answer was lost, the SDK repeats the transaction with the same client request token, so that DynamoDB applies it
 * once.
 * @returns whether it was applied; false if another writer was faster
 */
export async function sendTransaction(send: () => Promise<unknown>): Promise<boolean> {
  try {
    await send();
    return true;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const reasons = reasonsOf(error);
    if (reasons.length > 0 && reasons.every((reason) => lost.has(reason))) return false;
    if (reasons.some((reason) => throttled.has(reason))) {
      throw new ThrottledError(
        'DynamoDB has no capacity for the transaction at the moment. The step is retried',
        { reasons },
        error,
      );
    }
    throw error;
  }
}

const reasonsOf = ({ CancellationReasons: reasons = [] }: TransactionCanceledException): string[] =>
  reasons.flatMap(({ Code: code }) => (code === undefined || code === 'None' ? [] : [code]));
