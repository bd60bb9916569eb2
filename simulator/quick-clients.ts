import { constructStack } from '@smithy/core/client';
import type { AwsCredentialIdentity } from '@smithy/types';

/** Who signs a client's requests, and for which region. */
export interface Signatory {
  readonly accessKeyId: string;
  readonly region: string;
}

/**
 * Clients of the SDK that do nothing between a command and its answer but what the project's own plugins do: no
 * serialisation, no endpoint, no signature, no retry. Ten times as fast, for simulations of many thousand runs; all
 * other tests go through the whole of the SDK.
 */
export interface QuickClients {
  /** Takes the SDK's own middlewares out of a client, and those that its commands would bring. */
  prepare(client: object): void;
  /** Of the client that has this stack. */
  signatory(stack: object): Promise<Signatory>;
}

export function quickClients(): QuickClients {
  const signatories = new WeakMap<object, () => Promise<Signatory>>();
  return {
    prepare: (client) => {
      const stack = constructStack();
      Object.assign(stack, { concat: () => stack });
      Object.assign(client, { middlewareStack: stack });
      // The project's own plugins keep nothing of a request in their context, so one chain serves all requests.
      Object.assign((client as Configured).config, { cacheMiddleware: true });
      signatories.set(stack, signatoryOf(client as Configured));
    },
    signatory: (stack) => {
      const signatory = signatories.get(stack);
      if (signatory === undefined) throw new Error('The client of this stack was not prepared');
      return signatory();
    },
  };
}

interface Configured {
  readonly config: {
    credentials(): Promise<AwsCredentialIdentity>;
    region(): Promise<string>;
  };
}

function signatoryOf({ config }: Configured): () => Promise<Signatory> {
  let known: Promise<string> | undefined;
  return async () => {
    const { accessKeyId } = await config.credentials();
    known ??= config.region();
    return { accessKeyId, region: await known };
  };
}
