import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { type MotoServer, motoAdvice, motoAvailable, startMoto, startupDeadline } from './moto-server.ts';

/**
 * `describe` with a moto server. The test file has one server, however many of these it has; it starts with the
 * first and stops after the last test of the file, and nothing is wiped in between but by `reset`. Without moto
 * the tests are skipped, except in CI, where they fail.
 */
export function describeWithMoto(name: string, fn: (moto: () => MotoServer) => void): void {
  if (!motoAvailable()) {
    withoutMoto(name, fn);
    return;
  }
  users += 1;
  describe(name, () => {
    let server: MotoServer | undefined;
    beforeAll(async () => {
      started ??= startMoto();
      server = await started;
    }, startupDeadline + 5_000);
    afterAll(stopAfterLastUser);
    fn(() => {
      if (server === undefined) throw new Error('The moto server is there only while tests and hooks run.');
      return server;
    });
  });
}

let started: Promise<MotoServer> | undefined;

/** The `describe` blocks of the test file that have not ended. All are counted before the first one runs. */
let users = 0;

async function stopAfterLastUser(): Promise<void> {
  users -= 1;
  if (users > 0) return;
  const server = await started;
  started = undefined;
  await server?.stop();
}

function withoutMoto(name: string, fn: (moto: () => MotoServer) => void): void {
  if (process.env.CI === 'true') {
    test(name, () => {
      throw new Error(motoAdvice);
    });
    return;
  }
  describe.skip(`${name} (skipped: ${motoAdvice})`, () => {
    fn(() => {
      throw new Error(motoAdvice);
    });
  });
}
