import { Client } from '@smithy/core/client';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import type { AnyClient, ClientClass } from '../shared/platform/aws/plugins.ts';

/** Who signs the requests of a client, and for which region. */
interface Signatory {
  readonly accessKeyId: string;
  readonly region: string;
}

/**
 * SDK clients that run only this project's plugins between a command and its answer. They do not serialize, sign or
 * retry, so they are ten times as fast. Simulations of many thousand runs use them. All other tests use the whole SDK.
 */
export interface QuickClients {
  /** A client of the class without the settings of its own constructor, and without its commands' middlewares. */
  create<C extends AnyClient, Config extends object>(Class: ClientClass<C, Config>, config: Config): C;
  /** The signer of the client that has this middleware stack. */
  signatory(stack: object): Promise<Signatory>;
}

export function createQuickClients(): QuickClients {
  const signatories = new WeakMap<object, () => Promise<Signatory>>();
  return {
    create: (Class, config) => {
      // One chain of plugins serves all requests, because this project's plugins keep no data of a request in their
      // context.
      const client = Reflect.construct(Client, [{ ...config, cacheMiddleware: true }], Class);
      const stack = client.middlewareStack;
      Object.assign(stack, { concat: () => stack });
      signatories.set(stack, signatoryOf(config));
      return client;
    },
    signatory: (stack) => {
      const signatory = signatories.get(stack);
      if (signatory === undefined) throw new Error('The client of this stack is not a quick one');
      return signatory();
    },
  };
}

function signatoryOf({ region, credentials }: Configured): () => Promise<Signatory> {
  if (region === undefined || credentials === undefined)
    throw new Error('A quick client needs a region and credentials of its own');
  return async () => {
    const { accessKeyId } = typeof credentials === 'function' ? await credentials() : credentials;
    return { accessKeyId, region };
  };
}

interface Configured {
  readonly region?: string;
  readonly credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider;
}
