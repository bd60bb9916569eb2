import { expect, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { AccessDeniedError, ThrottledError } from '../../../shared/platform/aws/errors.ts';
import type { Finding } from '../../../shared/platform/errors.ts';
import { createStepHandler } from '../../../shared/platform/lambda/step-handler.ts';
import type { Metric } from '../../../shared/platform/metrics.ts';
import type { Services } from '../../../shared/reconcile/services.ts';

interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: object | undefined;
}

const context = { awsRequestId: 'request-1' } as Context;

/** A step that doubles, and what its handler logs. */
function bench(run: (input: { runId: string; n: number }) => Promise<unknown>) {
  const lines: Line[] = [];
  const published: Metric[] = [];
  const keys: object[] = [];
  const write = (level: string) => (message: string, fields?: object) => {
    lines.push({ level, message, fields });
  };
  const logger = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    appendKeys: (fields: object) => void keys.push(fields),
    resetKeys: () => void keys.splice(0),
  };
  const metrics = { publish: (given: readonly Metric[]) => void published.push(...given) };
  const input = z.object({ runId: z.string(), n: z.number(), secret: z.string().optional() });
  const createHandler = createStepHandler({ name: 'double', input, run: (_, given) => run(given) });
  const handler = createHandler(() => ({ logger, metrics }) as unknown as Services);
  return { lines, published, keys, handler };
}

const double = async ({ n }: { n: number }) => ({ twice: n * 2 });

test('parses the input and returns the result of the step', async () => {
  const { handler } = bench(double);

  expect(await handler({ runId: 'run', n: 4, more: 'dropped' }, context)).toEqual({ twice: 8 });
});

test('logs start and end with the run and the request, and without the input', async () => {
  const { handler, lines } = bench(double);

  await handler({ runId: 'run', n: 4, secret: 'hunter2' }, context);

  const fields = { step: 'double', runId: 'run', requestId: 'request-1' };
  expect(lines).toEqual([
    { level: 'debug', message: 'Step started', fields },
    { level: 'info', message: 'Step ended', fields },
  ]);
});

test('refuses a malformed input with the path of each finding, and without values', async () => {
  const { handler, lines } = bench(double);

  const refused = await handler({ n: 'hunter2', secret: 5 }, context).then(
    () => undefined,
    (error: Error & { findings: readonly Finding[] }) => error,
  );

  expect(refused).toMatchObject({ name: 'MalformedEventError', retryable: false });
  expect(refused?.findings.map(({ path }) => path)).toEqual(['runId', 'n', 'secret']);
  expect(JSON.stringify([refused?.message, lines])).not.toContain('hunter2');
});

test.each([[undefined], [null], ['text'], [[]], [5]])(
  'refuses an input that is not an object: %p',
  async (event) => {
    const { handler } = bench(double);

    await expect(handler(event, context)).rejects.toMatchObject({ name: 'MalformedEventError' });
  },
);

test('keeps the name of an error and logs the error once', async () => {
  const denied = new AccessDeniedError('no');
  const { handler, lines } = bench(async () => {
    throw denied;
  });

  await expect(handler({ runId: 'run', n: 1 }, context)).rejects.toBe(denied);
  expect(lines.filter(({ level }) => level === 'error')).toEqual([
    {
      level: 'error',
      message: 'Step failed',
      fields: {
        step: 'double',
        runId: 'run',
        requestId: 'request-1',
        result: 'AccessDeniedError',
        error: denied,
      },
    },
  ]);
});

test('fails the call with the reason when the services cannot be created', async () => {
  const createHandler = createStepHandler({ name: 'double', input: z.unknown(), run: async () => 'done' });
  const handler = createHandler(() => {
    throw new Error('The environment variable ONBOARDING_TABLE is not set');
  });

  await expect(handler({}, context)).rejects.toThrow('ONBOARDING_TABLE');
});

test('adds run, account and central account of the input to every log line of the call', async () => {
  const { handler, keys } = bench(double);

  await handler({ runId: 'first', n: 1, accountId: '111122223333' }, context);
  await handler({ runId: 'second', n: 1, centralAccount: 'log', secret: 'hunter2' }, context);

  expect(keys).toEqual([{ step: 'double', runId: 'second', centralAccount: 'log', requestId: 'request-1' }]);
});

test('logs the status of the result', async () => {
  const { handler, lines } = bench(async () => ({ status: 'failed', secret: 'hunter2' }));

  await handler({ runId: 'run', n: 1 }, context);

  expect(lines.at(-1)).toMatchObject({ message: 'Step ended', fields: { result: 'failed' } });
  expect(JSON.stringify(lines)).not.toContain('hunter2');
});

test('publishes the metrics of a result and keeps them out of the state', async () => {
  const metrics = [{ name: 'PolicyWrites', value: 3 }];
  const { handler, published } = bench(async () => ({ status: 'succeeded', metrics }));

  expect(await handler({ runId: 'run', n: 1 }, context)).toEqual({ status: 'succeeded' });
  expect(published).toEqual(metrics);
});

test.each([
  ['counts an error', new AccessDeniedError('no'), [{ name: 'FunctionErrors', value: 1 }]],
  ['counts an unexpected error', new TypeError('no'), [{ name: 'FunctionErrors', value: 1 }]],
  ['counts no error that the state machine retries', new ThrottledError('slow'), []],
])('%s as an error of the function', async (_, error, expected) => {
  const { handler, published } = bench(() => Promise.reject(error));

  await expect(handler({ runId: 'run', n: 1 }, context)).rejects.toBe(error);
  expect(published).toEqual(expected);
});
