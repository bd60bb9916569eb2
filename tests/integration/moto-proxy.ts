import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface Proxy {
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * A proxy in front of moto that keeps two faults of moto away from the tests.
 *
 * It lets one DynamoDB request through at a time; all others pass freely. DynamoDB checks a condition and writes in
 * one step. Moto does not: it serves requests in threads without a lock, and a transaction that fails puts back a
 * copy of the whole table that it took before, with which it undoes what others wrote meanwhile. Tests of concurrent
 * writers would fail on that, and not on us. Requests of different callers still interleave.
 *
 * It names the key policy where a request of KMS does not. AWS takes `default` then (KMS API reference,
 * GetKeyPolicy); moto finds no policy.
 */
export async function proxyTo(port: number): Promise<Proxy> {
  let last: Promise<void> = Promise.resolve();
  const server = createServer((incoming, outgoing) => {
    if (targetOf(incoming).startsWith('DynamoDB')) last = last.then(() => forward(port, incoming, outgoing));
    else void forward(port, incoming, outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { endpoint: `http://127.0.0.1:${portOf(server.address())}`, close: () => close(server) };
}

const targetOf = ({ headers }: IncomingMessage): string => String(headers['x-amz-target']);

/** Resolves when the answer was passed on, or will never be; never rejects. */
async function forward(port: number, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const done = new Promise<void>((resolve) => outgoing.once('close', resolve));
  if (outgoing.destroyed) return;
  try {
    send(port, incoming, outgoing, await bodyOf(incoming));
  } catch {
    outgoing.destroy();
  }
  await done;
}

function send(port: number, incoming: IncomingMessage, outgoing: ServerResponse, body: Buffer): void {
  const { method, url, headers } = incoming;
  const length = body.length > 0 || 'content-length' in headers ? { 'content-length': body.length } : {};
  const onward = request(
    { host: '127.0.0.1', port, method, path: url, headers: { ...headers, ...length } },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(outgoing);
    },
  );
  onward.once('error', () => outgoing.destroy());
  onward.end(body);
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const body = await buffer(incoming);
  if (!/^TrentService\.(Get|Put)KeyPolicy$/.test(targetOf(incoming))) return body;
  return Buffer.from(JSON.stringify({ PolicyName: 'default', ...JSON.parse(body.toString()) }));
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
