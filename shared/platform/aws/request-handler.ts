import { NodeHttpHandler } from '@smithy/node-http-handler';

/** How long the SDK waits for an answer to a request, in milliseconds. The length of leases depends on this value. */
export const requestTimeout = 10_000;
const connectionTimeout = 2_000;

export const createRequestHandler = (timeout: number): NodeHttpHandler =>
  new NodeHttpHandler({
    connectionTimeout,
    requestTimeout: timeout,
    // Without this, the handler only logs a warning when the time is over.
    throwOnRequestTimeout: true,
  });

/** All clients share this handler, and so its connections. */
export const requestHandler = createRequestHandler(requestTimeout);
