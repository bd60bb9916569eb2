import type { MetadataBearer, MiddlewareStack } from '@smithy/types';
import { type ClientPlugin, toOperationName, toServiceName } from '../shared/platform/aws/plugins.ts';
import { authenticate, parseSignature, type Signature } from './authentication.ts';
import { createAwsError } from './aws-error.ts';
import { createClientWithDefaults } from './client-settings.ts';
import { runPendingDeployments } from './cloudformation/stack-sets.ts';
import type { QuickClients } from './quick-clients.ts';
import { services } from './services/index.ts';
import { type Caller, makeRandomUuid, type SimulatedWorld } from './world.ts';

/** A call on its way to a service. */
export interface SimulatedCall {
  /** Name of the service in lower case, such as `s3` or `secretsmanager`. */
  readonly service: string;
  readonly operation: string;
  /** The caller's account. */
  readonly accountId: string;
  readonly region: string;
  readonly input: object;
  readonly caller: Caller;
}

/** Code of a test that runs around a call: before it, after it, or instead of it. */
export type Interceptor = (call: SimulatedCall, proceed: () => Promise<unknown>) => Promise<unknown>;

/** One line of the log: the operation, the calling account, the resource. */
export interface LoggedCall {
  readonly service: string;
  readonly operation: string;
  readonly accountId: string;
  readonly region: string;
  readonly target: string | undefined;
}

export interface Exchange {
  readonly world: SimulatedWorld;
  readonly interceptors: readonly Interceptor[];
  readonly calls: LoggedCall[];
  /** For clients without the SDK's own middlewares. Default: the SDK serializes and signs as for AWS. */
  readonly quick?: QuickClients;
}

/**
 * Answers every request of a client from the data of the simulation. Nothing is sent over a network. Each retry counts
 * as a call.
 */
export function answerFromOrganization(exchange: Exchange): ClientPlugin {
  const { world, quick } = exchange;
  if (quick === undefined)
    return {
      create: createClientWithDefaults,
      ...answering(exchange, () => (service, request) => authenticate(world, service, request)),
    };
  return {
    create: quick.create,
    ...answering(
      exchange,
      (stack) => async (service) => parseSignature(world, service, await quick.signatory(stack)),
    ),
  };
}

type Identify = (service: string, request: unknown) => Signature | Promise<Signature>;

const answering = (exchange: Exchange, identifyIn: (stack: object) => Identify): ClientPlugin => ({
  applyToStack: (stack: MiddlewareStack<object, MetadataBearer>) => {
    const identify = identifyIn(stack);
    stack.add(
      (_next, context) => async (args) => {
        const service = toServiceName(context.clientName);
        const { caller, region } = await identify(service, args.request);
        const output = await answer(exchange, {
          service,
          operation: toOperationName(context.commandName),
          accountId: caller.accountId,
          region,
          input: args.input,
          caller,
        });
        const $metadata = { httpStatusCode: 200, requestId: makeRandomUuid(exchange.world) };
        return { response: {}, output: { ...(output as object), $metadata } };
      },
      { step: 'deserialize', priority: 'high', name: 'simulatedOrganization', override: true },
    );
  },
});

/** Interceptors wrap the call, the latest one outermost. */
function answer({ world, interceptors, calls }: Exchange, call: SimulatedCall): Promise<unknown> {
  const { service, operation, accountId, region } = call;
  calls.push({ service, operation, accountId, region, target: targetOf(call.input) });
  const proceed = async (): Promise<unknown> => perform(world, call);
  if (interceptors.length === 0) return proceed();
  const intercepted = interceptors.reduce<() => Promise<unknown>>(
    (inner, interceptor) => () => interceptor(call, inner),
    proceed,
  );
  // Calls that the interceptor makes itself do not count as calls of the running function.
  return world.functionCaller.exit(intercepted);
}

function perform(world: SimulatedWorld, { service, operation, ...call }: SimulatedCall): object {
  runPendingDeployments(world);
  const perform = services[service]?.[operation];
  if (perform === undefined)
    throw createAwsError(
      'NotSimulated',
      `The simulated organization does not model ${service}:${operation}`,
      501,
    );
  return perform({ world, ...call });
}

const targetFields = [
  'Bucket',
  'KeyId',
  'ImageId',
  'repositoryName',
  'SecretId',
  'PolicyArn',
  'PolicyName',
  'GroupName',
  'RoleName',
  'RoleArn',
  'StackSetName',
  'StackName',
  'ApplicationId',
  'AccountId',
  'ChildId',
  'ParentId',
  'ResourceId',
  'TopicArn',
];

function targetOf(input: object): string | undefined {
  const fields = input as Readonly<Record<string, unknown>>;
  const field = targetFields.find((name) => typeof fields[name] === 'string');
  return field === undefined ? undefined : String(fields[field]);
}
