import { expect, test } from '@jest/globals';
import { exampleConfiguration, objectOf, run, standardInput } from '../fixtures/screen.ts';

const simulated = ['--simulate', '--config', exampleConfiguration];
const accountId = '111111111111';

test('starts the deployed state machine for an account, and prints the run to follow', async () => {
  let started: unknown[] = [];
  const argv = ['start', '--account', accountId, '--name', 'by-hand', ...simulated];
  const screen = await run([...argv, '--json'], {
    prepareWorld: ({ world }) => {
      started = [];
      world.executions.set = (arn, execution) => {
        started.push(execution);
        return Map.prototype.set.call(world.executions, arn, execution);
      };
    },
  });

  expect(objectOf(screen)).toEqual({
    status: 'started',
    runId: 'by-hand',
    execution: 'arn:aws:states:us-east-1:111111111111:execution:account-onboarding-example:by-hand',
  });
  expect(started).toMatchObject([{ input: JSON.stringify({ accountIds: [accountId] }), status: 'RUNNING' }]);
});

test('follows the run to its end when start has --wait', async () => {
  const screen = await run(['start', '--account', accountId, '--wait', '--json', ...simulated]);

  expect(screen.code).toBe(0);
  expect(objectOf(screen)).toMatchObject({ status: 'succeeded', cause: 'manual', accountId });
});

test('exits start with 1 when the run fails', async () => {
  const argv = ['start', '--account', accountId, '--wait', ...simulated];
  const { code, stdout } = await run(argv, {
    outsiders: ({ world }) => void world.buckets.delete('example-org-flow-logs'),
  });

  expect(code).toBe(1);
  expect(stdout).toMatch(/failed {2}manual/);
  expect(stdout).toContain('example-org-flow-logs');
});

test('reads an event from standard input in start', async () => {
  const stdin = standardInput(JSON.stringify({ accountId }));
  const screen = await run(['start', '--event', '-', '--wait', '--json', ...simulated], { stdin });

  expect(objectOf(screen)).toMatchObject({ status: 'succeeded', accountId });
});

test('refuses an invalid input before start starts a run', async () => {
  const stdin = standardInput('{"account": 1}');

  expect((await run(['start', '--event', '-', ...simulated], { stdin })).code).toBe(65);
  expect((await run(['start', ...simulated])).code).toBe(64);
  expect((await run(['start', '--account', '12', ...simulated])).code).toBe(64);
  expect((await run(['start', '--account', accountId, '--name', 'a b', ...simulated])).code).toBe(64);
});

test('starts a sweep and follows the sweep', async () => {
  const screen = await run(['sweep', '--wait', '--json', ...simulated]);

  expect(screen.code).toBe(0);
  expect(objectOf(screen)).toMatchObject({ status: 'succeeded', cause: 'sweep' });
});
