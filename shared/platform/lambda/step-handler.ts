import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type * as z from 'zod';
import { MalformedEventError, toErrorRecord } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Metric, MetricSink } from '../metrics.ts';

/** What every step needs from its services. */
export interface StepServices {
  readonly logger: Logger;
  /** Absent outside deployed functions. */
  readonly metrics?: MetricSink;
}

export interface StepDefinition<Services extends StepServices, Input, Output> {
  /** The function's name in logs. */
  readonly name: string;
  readonly input: z.ZodType<Input>;
  run(services: Services, input: Input): Promise<Output>;
}

export type StepHandler = (event: unknown, context: Context) => Promise<unknown>;

/** Creates the handler of a function. `services` is called for each invocation. */
export type HandlerFactory<Services> = (services: () => Services) => StepHandler;

/**
 * Turns a step of a state machine into a Lambda handler. It parses the input, logs the start and end of the step, and
 * publishes its metrics. It keeps the name of an error, by which the state machine decides what to do.
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

/** What a step works on. Other fields of an event may contain data that must not be logged. */
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
 * Publishes the metrics of the result, and takes them off: the state of the machine has ids only. An error that the state
 * machine does not retry counts as an error of the function.
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
