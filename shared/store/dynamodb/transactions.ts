import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { ThrottledError } from '../../platform/aws/errors.ts';

/** A condition is no longer satisfied, or another transaction changes the item: start over. */
const lost: ReadonlySet<string> = new Set(['ConditionalCheckFailed', 'TransactionConflict']);

/** No capacity at the moment: a repeated transaction may succeed later. */
const throttled: ReadonlySet<string> = new Set(['ThrottlingError', 'ProvisionedThroughputExceeded']);

/**
 * Sends a transaction. A cancelled transaction wrote nothing. It has one reason per item, and `None` for an item
 * without fault (TransactWriteItems, API reference). The SDK does not repeat a cancelled transaction. A transaction
 * that it repeats after a lost answer has an equal client request token, so that it is applied once.
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
        'DynamoDB has no capacity for the transaction at the moment.',
        { reasons },
        error,
      );
    }
    throw error;
  }
}

const reasonsOf = ({ CancellationReasons: reasons = [] }: TransactionCanceledException): string[] =>
  reasons.flatMap(({ Code: code }) => (code === undefined || code === 'None' ? [] : [code]));
