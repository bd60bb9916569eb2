/** A function that a Task calls, such as a Lambda handler without its context. */
export type StateFunction = (input: unknown) => Promise<unknown>;

/** The most that one state may hand on ("Step Functions service quotas"), in bytes of UTF-8. */
const payloadLimit = 262_144;

/**
 * Calls the function as Step Functions calls Lambda: the input and the result are copied as JSON, a thrown error's
 * `name` becomes the error's name and its cause is Lambda's JSON ("Lambda function errors in Node.js"), and a result
 * that is too large ends the execution.
 */
export const taskHandler =
  (handle: StateFunction) =>
  async (input: unknown): Promise<Json> => {
    const result = await handle(JSON.parse(JSON.stringify(input))).catch((thrown: unknown) => {
      throw lambdaError(thrown);
    });
    const text = JSON.stringify(result ?? null);
    if (Buffer.byteLength(text) > payloadLimit) throw new DataLimitExceededError();
    return JSON.parse(text);
  };

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

function lambdaError(thrown: unknown): Error {
  const { name, message } = thrown instanceof Error ? thrown : { name: 'Error', message: String(thrown) };
  const error = new Error(JSON.stringify({ errorType: name, errorMessage: message, trace: [] }));
  error.name = name;
  return error;
}

/** Neither Retry nor Catch see it, not even with `States.ALL` ("Handling errors in Step Functions workflows"). */
class DataLimitExceededError extends Error {
  override readonly name = 'States.DataLimitExceeded';
  readonly isRetryable = false;
  readonly isCatchable = false;

  constructor() {
    super('The result of a state exceeds the maximum number of bytes service limit.');
  }
}
