import { NodeHttpHandler } from '@smithy/node-http-handler';

/** How long a request may take before the SDK gives up. The length of a lease depends on it. */
export const requestTimeout = 10_000;
const connectionTimeout = 2_000;

export const createRequestHandler = (timeout: number): NodeHttpHandler =>
  new NodeHttpHandler({
    connectionTimeout,
    requestTimeout: timeout,
    // Without this setting the handler only warns.
    throwOnRequestTimeout: true,
  });

/** All clients share the handler, and so its connections. */
export const requestHandler = createRequestHandler(requestTimeout);
