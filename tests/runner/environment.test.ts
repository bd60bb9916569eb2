import { expect, test } from '@jest/globals';
import WorkerEnvironment from './environment.ts';

test("restores the worker's globals when a suite ends", async () => {
  const { env, exit } = process;
  const { console } = globalThis;
  const before = { ...env };
  const environment = new WorkerEnvironment();
  process.env.EXAMPLE_OF_A_SUITE = 'left behind';
  process.env = { PATH: '/nowhere' };
  process.exit = () => {
    throw new Error('exit');
  };
  globalThis.console = Object.create(console);

  await environment.teardown();

  expect(process.env).toBe(env);
  expect({ ...process.env }).toEqual(before);
  expect(process.exit).toBe(exit);
  expect(globalThis.console).toBe(console);
});
