import type { MetadataBearer, MiddlewareStack, Pluggable } from '@smithy/types';
import type { Attempt } from './attempt.ts';
import { translateError } from './translate-error.ts';

/** Extends an SDK client: sees or changes its requests and answers. */
export interface ClientPlugin extends Pluggable<object, MetadataBearer> {
  /** Creates a client in another way than by its constructor, for example for the simulator. */
  create?<C extends AnyClient, Config extends object>(Class: ClientClass<C, Config>, config: Config): C;
}

export interface AnyClient {
  readonly middlewareStack: object;
}

export type ClientClass<C extends AnyClient, Config extends object> = new (config: Config) => C;

/** Creates a client and adds the plugins, in their order. */
export function createClient<C extends AnyClient, Config extends object>(
  Class: ClientClass<C, Config>,
  config: Config,
  plugins: readonly ClientPlugin[],
): C {
  const maker = plugins.find(({ create }) => create !== undefined);
  return withPlugins(maker?.create?.(Class, config) ?? new Class(config), plugins);
}

/**
 * Adds the plugins to a client, in their order.
 * @returns the client
 */
export function withPlugins<C extends AnyClient>(client: C, plugins: readonly ClientPlugin[]): C {
  // The type of a middleware stack depends on its client. Plugins accept any client.
  for (const plugin of plugins) plugin.applyToStack(client.middlewareStack as Stack);
  return client;
}

type Stack = MiddlewareStack<object, MetadataBearer>;

/** Calls `check` after a request was signed and just before it is sent. If `check` throws, the request is not sent. */
export const checkBeforeSend = (check: () => void): ClientPlugin => ({
  applyToStack: (stack: Stack) =>
    stack.add(
      (next) => (args) => {
        check();
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low', name: 'checkBeforeSend', override: true },
    ),
});

/**
 * Converts errors of AWS to errors of this project. Unknown errors stay as they are, because grant kinds understand
 * some of them, such as `NoSuchBucketPolicy`. `where` (account and region) and `via` (the caller) are for messages.
 * `place` is set for accounts of the organization, which may not have enabled the region.
 */
export const translateErrors = ({
  where,
  via,
  place,
  template,
}: Pick<Attempt, 'via' | 'place' | 'template'> & { readonly where: string }): ClientPlugin => ({
  applyToStack: (stack: Stack) =>
    stack.add(
      (next, context) => async (args) => {
        try {
          return await next(args);
        } catch (thrown) {
          throw translateError(thrown, {
            service: toServiceName(context.clientName),
            operation: toOperationName(context.commandName),
            on: `${subject(args.input)} (${where})`,
            via,
            ...(place === undefined ? {} : { place }),
            ...(template === undefined ? {} : { template }),
          });
        }
      },
      { step: 'initialize', priority: 'high', name: 'translateErrors', override: true },
    ),
});

/** How often each operation was called, such as `s3:PutBucketPolicy`. Each retry counts. */
export type CallCounts = Record<string, number>;

export const countCalls = (counts: CallCounts): ClientPlugin => ({
  applyToStack: (stack: Stack) =>
    stack.add(
      (next, context) => (args) => {
        const call = `${toServiceName(context.clientName)}:${toOperationName(context.commandName)}`;
        counts[call] = (counts[call] ?? 0) + 1;
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low', name: 'countCalls', override: true },
    ),
});

/** The service of a client: `S3Client` → `s3`. */
export const toServiceName = (clientName: string | undefined): string =>
  (clientName ?? 'aws').replace(/Client$/, '').toLowerCase();

/** The operation of a command: `PutBucketPolicyCommand` → `PutBucketPolicy`. */
export const toOperationName = (commandName: string | undefined): string =>
  (commandName ?? 'request').replace(/Command$/, '');

const subjectFields = [
  'Bucket',
  'KeyId',
  'ImageId',
  'repositoryName',
  'SecretId',
  'PolicyArn',
  'PolicyName',
  'GroupName',
  'RoleName',
  'ApplicationId',
  'AccountId',
  'ChildId',
  'TopicArn',
  'TableName',
] as const;

function subject(input: object): string {
  const fields = input as Readonly<Record<string, unknown>>;
  const field = subjectFields.find((name) => typeof fields[name] === 'string');
  return field === undefined ? 'the account' : String(fields[field]);
}
