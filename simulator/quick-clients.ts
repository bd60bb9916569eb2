import { Client } from '@smithy/core/client';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import type { AnyClient, ClientClass } from '../shared/platform/aws/plugins.ts';

/** Who signs a client's requests, and for which region. */
interface Signatory {
  readonly accessKeyId: string;
  readonly region: string;
}

/**
 * Clients of the SDK that do nothing between a command and its answer but what the project's own plugins do: no
 * serialization, no endpoint, no signature, no retry. Ten times as fast, for simulations of many thousand runs; all
 * other tests go through the whole of the SDK.
 */
export interface QuickClients {
  /** A client of the class without what its own constructor would add, and its commands would bring. */
  create<C extends AnyClient, Config extends object>(Class: ClientClass<C, Config>, config: Config): C;
  /** Of the client that has this stack. */
  signatory(stack: object): Promise<Signatory>;
}

export function createQuickClients(): QuickClients {
  const signatories = new WeakMap<object, () => Promise<Signatory>>();
  return {
    create: (Class, config) => {
      // The project's own plugins keep nothing of a request in their context, so one chain serves all requests.
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
