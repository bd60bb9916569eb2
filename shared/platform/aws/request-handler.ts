import { NodeHttpHandler } from '@smithy/node-http-handler';

/** How long a request may take before the SDK gives up on it. The lease's length is reckoned with it. */
export const requestTimeout = 10_000;
const connectionTimeout = 2_000;

export const createRequestHandler = (timeout: number): NodeHttpHandler =>
  new NodeHttpHandler({
    connectionTimeout,
    requestTimeout: timeout,
    // Without this the handler only warns.
    throwOnRequestTimeout: true,
  });

/** Shared by all clients, and with it the connections. */
export const requestHandler = createRequestHandler(requestTimeout);
