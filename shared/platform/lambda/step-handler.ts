import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type * as z from 'zod';
import { MalformedEventError } from '../errors.ts';
import type { Logger } from '../logger.ts';

/** The least input of a step. */
export interface StepServices {
  readonly logger: Logger;
}

export interface StepDefinition<Services extends StepServices, Input, Output> {
  /** The function's name in logs. */
  readonly name: string;
  readonly input: z.ZodType<Input>;
  run(services: Services, input: Input): Promise<Output>;
}

export type StepHandler = (event: unknown, context: Context) => Promise<unknown>;

/** Creates the handler of a function for its services. The services are requested at each call. */
export type HandlerFactory<Services> = (services: () => Services) => StepHandler;

/**
 * Turns a step of a state machine into a Lambda handler. It parses the input, logs start and end of the step, and keeps
 * the name of an error, because the state machine decides by the name.
 */
export function createStepHandler<Services extends StepServices, Input, Output>(
  step: StepDefinition<Services, Input, Output>,
): HandlerFactory<Services> {
  return (services) =>
    middy<unknown, unknown, Error, Context>()
      .use(logged(step.name, services))
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
    runId: runIdOf(event),
    requestId: context.awsRequestId,
  });
  return {
    before: ({ event, context }) => services().logger.debug('Step started', fields(event, context)),
    after: ({ event, context }) => services().logger.info('Step ended', fields(event, context)),
    onError: ({ event, context, error }) => {
      services().logger.error('Step failed', { ...fields(event, context), error });
    },
  };
}

const runIdOf = (event: unknown): unknown =>
  typeof event === 'object' && event !== null && 'runId' in event ? event.runId : undefined;
