import { NodeHttpHandler } from '@smithy/node-http-handler';

/** After this time in milliseconds the SDK gives up a request. The length of leases depends on this value. */
export const requestTimeout = 10_000;
const connectionTimeout = 2_000;

export const createRequestHandler = (timeout: number): NodeHttpHandler =>
  new NodeHttpHandler({
    connectionTimeout,
    requestTimeout: timeout,
    // By default, the handler only logs a warning after the time-out.
    throwOnRequestTimeout: true,
  });

/** All clients share this handler and its connections. */
export const requestHandler = createRequestHandler(requestTimeout);
