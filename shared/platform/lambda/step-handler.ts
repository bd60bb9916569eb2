import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type * as z from 'zod';
import { MalformedEventError, toErrorRecord } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Metric, MetricSink } from '../metrics.ts';

/** Services that every step of a state machine needs. */
export interface StepServices {
  readonly logger: Logger;
  /** Absent outside of deployed functions. */
  readonly metrics?: MetricSink;
}

export interface StepDefinition<Services extends StepServices, Input, Output> {
  /** The name of the function in logs. */
  readonly name: string;
  readonly input: z.ZodType<Input>;
  run(services: Services, input: Input): Promise<Output>;
}

export type StepHandler = (event: unknown, context: Context) => Promise<unknown>;

/** Creates the handler of a function. The handler calls `services` at each invocation. */
export type HandlerFactory<Services> = (services: () => Services) => StepHandler;

/**
 * Converts a step of a state machine to a Lambda handler. The handler parses the input, logs the start and the end of
 * the step, and publishes its metrics. Errors keep their names, because the state machine decides by them.
 */
export function createStepHandler<Services extends StepServices, Input, Output>(
  step: StepDefinition<Services, Input, Output>,
): HandlerFactory<Services> {
  return (services) =>
    middy<unknown, unknown, Error, Context>()
      .use(logged(step.name, services))
      .use(measured(services))
      .handler(async (event) => step.run(services(), parse(step, event))) as StepHandler;
}

function parse<Input>(
  { name, input }: Pick<StepDefinition<StepServices, Input, unknown>, 'name' | 'input'>,
  event: unknown,
): Input {
  const parsed = input.safeParse(event);
  if (parsed.success) return parsed.data;
  throw new MalformedEventError(
    `The input of ${name}`,
    parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
  );
}

function logged(
  step: string,
  services: () => StepServices,
): middy.MiddlewareObj<unknown, unknown, Error, Context> {
  const fields = (event: unknown, context: Context) => ({
    step,
    ...getSubject(event),
    requestId: context.awsRequestId,
  });
  return {
    before: ({ event, context }) => {
      const { logger } = services();
      logger.resetKeys?.();
      logger.appendKeys?.(fields(event, context));
      logger.debug('Step started', fields(event, context));
    },
    after: ({ event, context, response }) => {
      services().logger.info('Step ended', { ...fields(event, context), ...getResult(response) });
    },
    onError: ({ event, context, error }) => {
      services().logger.error('Step failed', { ...fields(event, context), result: error?.name, error });
    },
  };
}

/**
 * Fields of the input that say what a step works on. Only these are logged, because other fields may have secret data.
 */
const subjectFields = ['runId', 'accountId', 'centralAccount', 'resource', 'source', 'id'] as const;

const getSubject = (event: unknown): object =>
  Object.fromEntries(
    subjectFields.flatMap((name) => {
      const value = readField(event, name);
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );

function getResult(response: unknown): object {
  const result = readField(response, 'status') ?? readField(response, 'state');
  return typeof result === 'string' ? { result } : {};
}

const readField = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;

/**
 * Publishes the metrics of a result and removes them from it, because the state machine's state has only ids. If the
 * state machine does not retry an error, the error counts as an error of the function.
 */
const measured = (services: () => StepServices): middy.MiddlewareObj<unknown, unknown, Error, Context> => ({
  after: (request) => {
    if (!hasMetrics(request.response)) return;
    const { metrics, ...state } = request.response;
    services().metrics?.publish(metrics);
    request.response = state;
  },
  onError: ({ error }) => {
    const isRetried = error !== null && toErrorRecord(error).retryable;
    if (!isRetried) services().metrics?.publish([{ name: 'FunctionErrors', value: 1 }]);
  },
});

const hasMetrics = (response: unknown): response is { readonly metrics: readonly Metric[] } =>
  Array.isArray(readField(response, 'metrics'));
