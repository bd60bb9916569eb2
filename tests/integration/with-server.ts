import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { type Server, startupDeadline } from './server-process.ts';

export interface ServerKind<S extends Server> {
  readonly name: string;
  /** What is missing on this machine, and how to get it; `undefined` if the server can start. */
  missing(): string | undefined;
  start(): Promise<S>;
}

/** `describe` with a server, which the tests and hooks get by calling `server`. */
export type DescribeWithServer<S> = (name: string, fn: (server: () => S) => void) => void;

/**
 * `describe` with a server of a kind. The test file has one server, however many of these it has: the server starts
 * with the first and stops at the end of the file. If the server is missing the tests are skipped, except in CI,
 * where they fail. To be called at the top of a module that the test file imports.
 */
export function describeWith<S extends Server>(kind: ServerKind<S>): DescribeWithServer<S> {
  let starting: Promise<S> | undefined;
  let server: S | undefined;
  // A worker that is terminated runs no exit handlers, so the hook is what ends the server.
  afterAll(async () => {
    await (await starting)?.stop();
  });
  return (name, fn) => {
    const advice = kind.missing();
    if (advice !== undefined) return describeWithout(name, advice, fn);
    describe(name, () => {
      beforeAll(async () => {
        starting ??= kind.start();
        server = await starting;
      }, startupDeadline + 5_000);
      fn(() => server ?? unavailable(`${kind.name} is there only while tests and hooks run.`));
    });
  };
}

function describeWithout<S>(name: string, advice: string, fn: (server: () => S) => void): void {
  if (process.env.CI === 'true') {
    test(name, () => unavailable(advice));
    return;
  }
  describe.skip(`${name} (skipped: ${advice})`, () => fn(() => unavailable(advice)));
}

const unavailable = (message: string): never => {
  throw new Error(message);
};
