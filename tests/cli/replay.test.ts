import { expect, test } from '@jest/globals';
import type { Io } from '../../cli/terminal.ts';
import type { Store } from '../../shared/store/ports.ts';
import type { SimulatedMessage } from '../../simulator/simulated-resources.ts';
import type { SimulatedWorld } from '../../simulator/world.ts';
import { exampleConfiguration, objectOf, run } from '../fixtures/screen.ts';

const url = 'https://sqs.us-east-1.amazonaws.com/111111111111/account-onboarding-example-EventDeadLetters-A1';
const machine = 'arn:aws:states:us-east-1:111111111111:stateMachine:account-onboarding-example';

const letter = (id: string, body: unknown, target = machine): SimulatedMessage => ({
  id,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  attributes: { TARGET_ARN: target, ERROR_CODE: 'THROTTLING', ERROR_MESSAGE: 'Rate exceeded' },
  sentAt: Date.parse('2026-03-01T00:00:00Z'),
  hiddenUntil: 0,
});

const good = letter('m-1', { accountId: '111111111111' });

/** Runs the command on a queue, and keeps the world. */
async function replay(
  letters: readonly SimulatedMessage[],
  argv: readonly string[] = [],
  io: Partial<Io> = {},
) {
  let world: SimulatedWorld | undefined;
  const all = ['replay', ...argv, '--simulate', '--config', exampleConfiguration];
  const screen = await run(all, {
    ...io,
    outsiders: (organization) => {
      world = organization.world;
      world.queues.set(
        url,
        letters.map((each) => ({ ...each })),
      );
    },
  });
  const now = world?.settings.clock.now() ?? 0;
  return {
    ...screen,
    started: [...(world?.executions.values() ?? [])].map(({ name }) => name),
    visible: (world?.queues.get(url) ?? [])
      .filter(({ hiddenUntil }) => hiddenUntil <= now)
      .map(({ id }) => id),
  };
}

test('lists dead-letter messages, and starts no run without the consent of the operator', async () => {
  const { code, stdout, started, visible } = await replay([good]);

  expect(code).toBe(2);
  expect(stdout).toContain('m-1  2026-03-01T00:00:00.000Z  account-onboarding-example');
  expect(stdout).toContain('{"accountId":"111111111111"}');
  expect(stdout).toContain('Not delivered: THROTTLING: Rate exceeded');
  expect([started, visible]).toEqual([[], ['m-1']]);
});

test('starts a run for each dead-letter message and deletes the message when replay has --yes', async () => {
  const letters = Array.from({ length: 12 }, (_, index) => ({ ...good, id: `m-${index}` }));
  const screen = await replay(letters, ['--yes', '--json']);

  expect(screen.code).toBe(0);
  expect(screen.started).toHaveLength(12);
  expect(screen.visible).toEqual([]);
  expect(objectOf(screen)).toMatchObject({
    status: 'replayed',
    runs: expect.arrayContaining(['replay-m-0']),
  });
});

test.each([
  [
    'an event that this version does not understand',
    letter('bad', { detail: {}, source: 'aws.organizations' }),
  ],
  ['the schedule of an earlier version', letter('bad', { look: true }, `${machine}-deployment`)],
  [
    'an event about a secret that this version does not understand',
    letter(
      'bad',
      { source: 'aws.secretsmanager', 'detail-type': 'Secret Label Updated', detail: { label: 2 } },
      `${machine}-deployment`,
    ),
  ],
  ['a manual input of an earlier version', letter('bad', { accountId: '111111111111', expect: 'any' })],
  ['a body that is no JSON', letter('bad', 'hello')],
  ['a target in another installation', letter('bad', { accountId: '111111111111' }, `${machine}-two`)],
  ['no target', letter('bad', { accountId: '111111111111' }, '')],
])('leaves a dead-letter message with %s in the queue, and replays the other message', async (_, bad) => {
  const { code, stdout, started, visible } = await replay([bad, good], ['--yes']);

  expect(code).toBe(2);
  expect(stdout).toContain('Cannot be replayed:');
  expect([started, visible]).toEqual([['replay-m-1'], ['bad']]);
});

test('deletes only the named dead-letter messages when replay has --discard', async () => {
  const { code, started, visible } = await replay(
    [letter('bad', 'hello'), good],
    ['--discard', '--message', 'bad', '--yes'],
  );

  expect([code, started, visible]).toEqual([0, [], ['m-1']]);
  expect((await replay([good], ['--discard', '--yes'])).code).toBe(64);
});

test('starts no second run when a dead-letter message was replayed before', async () => {
  const { code, started } = await replay([good, good], ['--yes']);

  expect([code, started]).toEqual([0, ['replay-m-1']]);
});

test('prints that no dead-letter message waits, and names a queue that does not exist', async () => {
  expect(await replay([])).toMatchObject({ code: 0, stdout: expect.stringContaining('No event waits') });
  const argv = ['replay', '--simulate', '--config', exampleConfiguration];
  expect((await run(argv)).stderr).toContain('account-onboarding-example-EventDeadLetters-');
});

const failureUrl = url.replace('EventDeadLetters', 'FailureDeadLetters');

const failure = (name: string, stateMachineArn = machine) => ({
  source: 'aws.states',
  detail: {
    name,
    status: 'TIMED_OUT',
    startDate: Date.parse('2026-03-01T00:00:00Z'),
    executionArn: `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`,
    stateMachineArn,
  },
});

/** As the destination of the function sends it. */
const wrapped = (event: object) => ({
  requestPayload: event,
  responsePayload: { errorType: 'ServiceUnavailableError', errorMessage: 'the table does not answer' },
});

async function replayFailures(letters: readonly SimulatedMessage[], argv: readonly string[] = []) {
  let store: Store | undefined;
  let world: SimulatedWorld | undefined;
  const all = ['replay', '--failures', ...argv, '--simulate', '--config', exampleConfiguration];
  const screen = await run(all, {
    outsiders: (organization, services) => {
      store = services.store;
      world = organization.world;
      world.queues.set(failureUrl, [...letters]);
    },
  });
  return { ...screen, store, left: (world?.queues.get(failureUrl) ?? []).map(({ id }) => id), world };
}

test('lists failed executions, and records none without the consent of the operator', async () => {
  const { code, stdout, store, left } = await replayFailures([letter('f-1', wrapped(failure('lost')))]);

  expect(code).toBe(2);
  expect(stdout).toContain('Not delivered: ServiceUnavailableError: the table does not answer');
  expect(stdout).toContain('onboarding replay --failures --yes');
  expect(left).toEqual(['f-1']);
  expect(await store?.runs.get('lost')).toBeUndefined();
});

test.each([
  ['of the rule', failure('lost')],
  ['of the destination of the function', wrapped(failure('lost'))],
])('records and announces a failed execution when replay has its message %s', async (_, body) => {
  const { code, stdout, store, left, world } = await replayFailures([letter('f-1', body)], ['--yes']);

  expect(code).toBe(0);
  expect(stdout).toContain('recorded: onboarding status --run lost');
  expect(left).toEqual([]);
  expect(await store?.runs.get('lost')).toMatchObject({
    status: 'failed',
    error: { name: 'States.TIMED_OUT' },
  });
  expect(world?.putEvents.at(-1)).toMatchObject({ DetailType: 'Account Onboarding Failed' });
});

test.each([
  ['another body', { hello: 'world' }],
  ['an execution of another installation', failure('lost', `${machine}-two`)],
])('leaves the message of a failed execution in the queue when it has %s', async (_, body) => {
  const { code, stdout, left } = await replayFailures([letter('bad', body)], ['--yes']);

  expect(code).toBe(2);
  expect(stdout).toContain('Cannot be replayed:');
  expect(left).toEqual(['bad']);
});
