import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

export interface Proxy {
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * A proxy in front of moto that lets one DynamoDB request through at a time; all others pass freely.
 *
 * DynamoDB checks a condition and writes in one step. Moto does not: it serves requests in threads without a
 * lock, and a transaction that fails puts back a copy of the whole table that it took before, with which it undoes
 * what others wrote meanwhile. Tests of concurrent writers would fail on that, and not on us. Requests of
 * different callers still interleave.
 */
export async function oneDynamoRequestAtATime(port: number): Promise<Proxy> {
  let last: Promise<void> = Promise.resolve();
  const server = createServer((incoming, outgoing) => {
    if (isDynamo(incoming)) last = last.then(() => forward(port, incoming, outgoing));
    else void forward(port, incoming, outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { endpoint: `http://127.0.0.1:${portOf(server.address())}`, close: () => close(server) };
}

const isDynamo = ({ headers }: IncomingMessage): boolean =>
  String(headers['x-amz-target']).startsWith('DynamoDB');

/** Resolves when the answer was passed on, or will never be; never rejects. */
function forward(port: number, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { method, url, headers } = incoming;
  const done = new Promise<void>((resolve) => outgoing.once('close', resolve));
  if (outgoing.destroyed) return Promise.resolve();
  const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(outgoing);
  });
  onward.once('error', () => outgoing.destroy());
  incoming.pipe(onward);
  return done;
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
  return address.port;
}

async function close(server: ReturnType<typeof createServer>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
