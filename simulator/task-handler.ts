import type { TaskTokens } from './task-tokens.ts';

/** A function that a Task calls, such as a Lambda handler without its context. */
export type StateFunction = (input: unknown) => Promise<unknown>;

/** The most data that one state may pass on ("Step Functions service quotas"), in bytes of UTF-8. */
const payloadLimit = 262_144;

/**
 * Calls a function as Step Functions calls Lambda. Input and result are copied as JSON. The name of a thrown error
 * becomes the error of the state, and its cause is JSON as from Lambda ("Lambda function errors in Node.js"). If a
 * result is too large, the execution ends.
 */
export const createTaskHandler =
  (handle: StateFunction) =>
  async (input: unknown): Promise<Json> => {
    const result = await handle(JSON.parse(JSON.stringify(input))).catch((thrown: unknown) => {
      throw lambdaError(thrown);
    });
    const text = JSON.stringify(result ?? null);
    if (Buffer.byteLength(text) > payloadLimit) throw new DataLimitExceededError();
    return JSON.parse(text);
  };

/** The parameters of `lambda:invoke`, and its result ("Invoke an AWS Lambda function with Step Functions"). */
interface Invocation {
  readonly FunctionName: string;
  readonly Payload: unknown;
}

/**
 * Calls the function that the parameters name, with their `Payload`. Returns its result together with Lambda's own
 * fields. Errors of Lambda have the form `Lambda.ErrorName` ("Handle transient Lambda service exceptions").
 */
export const createInvokeHandler =
  (find: (name: string) => StateFunction | undefined) =>
  async (input: unknown): Promise<Json> => {
    const { FunctionName, Payload } = input as Invocation;
    const handle = find(FunctionName);
    if (handle === undefined)
      throw Object.assign(new Error(`Function not found: ${FunctionName}`), {
        name: 'Lambda.ResourceNotFoundException',
      });
    const result = await createTaskHandler(handle)(Payload ?? {});
    return { ExecutedVersion: '$LATEST', Payload: result, StatusCode: 200 };
  };

/** Stands for the token of a task in the context of an execution. The task's input gets the real token instead. */
export const tokenPlaceholder = '«task token»';

/**
 * Calls the function of a task that waits for a token, as Step Functions does: with the `Payload` and a unique token.
 * The function's result is ignored. The task ends when an answer comes with the token, or when the function throws.
 * Without `tokens`, the whole execution ends here, and the token is the text of `endedBy`.
 */
export const createCallbackHandler =
  (handle: StateFunction, tokens: TaskTokens | undefined, endedBy: string) =>
  async (input: unknown): Promise<Json> => {
    const { token, ended } = tokens?.open() ?? { token: endedBy, ended: undefined };
    const { Payload } = JSON.parse(JSON.stringify(input).replaceAll(tokenPlaceholder, token));
    const called = createTaskHandler(handle)(Payload);
    // As on AWS, the function may throw after the answer with its token has come. Then its error is ignored.
    const end = await Promise.race([called.then(() => ended), ...(ended === undefined ? [] : [ended])]).catch(
      (error: unknown) => {
        tokens?.end(token, { type: 'failed', error: '', cause: '' });
        throw error;
      },
    );
    if (end === undefined) throw new WaitsForTokenError();
    if (end.type === 'succeeded') return end.output as Json;
    throw Object.assign(new Error(end.cause), { name: end.error });
  };

export const waitsForToken = 'WaitsForToken';

/** Ends a local execution at a task that waits for its token. On AWS, the execution would wait there. */
export class WaitsForTokenError extends Error {
  override readonly name = waitsForToken;
  readonly isRetryable = false;
  readonly isCatchable = false;

  constructor() {
    super('The execution waits for a task token, and nobody waits for the execution.');
  }
}

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

function lambdaError(thrown: unknown): Error {
  const { name, message } = thrown instanceof Error ? thrown : { name: 'Error', message: String(thrown) };
  const error = new Error(JSON.stringify({ errorType: name, errorMessage: message, trace: [] }));
  error.name = name;
  return error;
}

/**
 * The input or the result of a state is too large. Neither Retry nor Catch handles this error, not even with
 * `States.ALL` ("Handling errors in Step Functions workflows").
 */
class DataLimitExceededError extends Error {
  override readonly name = 'States.DataLimitExceeded';
  readonly isRetryable = false;
  readonly isCatchable = false;

  constructor() {
    super('The result of a state exceeds the maximum number of bytes service limit.');
  }
}
