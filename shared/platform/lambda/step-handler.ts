import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type * as z from 'zod';
import { MalformedEventError } from '../errors.ts';
import type { Logger } from '../logger.ts';

/** What a step must be given at least. */
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

/** Makes the handler of a function for the services that it is to work with; they are asked for at each call. */
export type HandlerFactory<Services> = (services: () => Services) => StepHandler;

/**
 * The one way in which a step of a state machine becomes a Lambda handler: the input is parsed, the step's start and
 * end are logged, and an error keeps its name, by which the state machine decides.
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
