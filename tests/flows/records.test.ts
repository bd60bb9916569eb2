import { expect, test } from '@jest/globals';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import type { Store } from '../../shared/store/ports.ts';
import { created } from '../fixtures/account-events.ts';
import { fault, refuse } from '../fixtures/call-faults.ts';
import { bucket, key, small, smallText } from '../fixtures/small-configuration.ts';
import { createEnv, onboard } from '../fixtures/test-env.ts';

const refusedEntry = async () => ({
  FailedEntryCount: 1,
  Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'try again' }],
});

test.each([
  ['true', ['bucket', 'key'], { ready: true, accesses: { verified: 2 }, notVerified: [] }],
  [
    'unproven with counts and reasons',
    ['bucket', 'people'],
    {
      ready: 'unproven',
      accesses: { verified: 1, 'central-only': 1 },
      notVerified: [expect.stringContaining('is no member role of the configuration')],
    },
  ],
] as const)('states in event, message and record that ready is %s', async (_, grants, expected) => {
  const env = await createEnv({ configuration: small(grants) });

  const { run } = await onboard(env, created(env).event);

  const [event] = env.organization.world.putEvents;
  const [message] = env.organization.world.messages;
  expect(event?.DetailType).toBe('Account Onboarded');
  expect(JSON.parse(`${event?.Detail}`)).toMatchObject(expected);
  expect(JSON.parse(`${message?.Message}`)).toMatchObject(expected);
  const { ready, accesses: counts, notVerified: reasons } = expected;
  expect(run.readiness).toEqual({ ready, counts, reasons });
});

test('reports that the account is not ready when an unmanaged statement denies an access', async () => {
  const env = await createEnv({ configuration: small(['bucket']) });
  const frozen = {
    Sid: 'Frozen',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:PutObject',
    Resource: 'arn:aws:s3:::example-logs/*',
  } as const;
  env.organization.editPolicy('bucket', 'example-logs', { Version: '2012-10-17', Statement: [frozen] });

  await onboard(env, created(env).event);

  const [event] = env.organization.world.putEvents;
  expect(event?.DetailType).toBe('Account Onboarding Failed');
  expect(JSON.parse(`${event?.Detail}`)).toMatchObject({
    ready: false,
    accesses: { denied: 1 },
    notVerified: [expect.stringContaining('the statement Frozen denies it')],
  });
});

test('sends an event again when EventBridge rejects it', async () => {
  const env = await createEnv();
  fault(env, 'PutEvents', refusedEntry, 2);

  const ended = await onboard(env, created(env).event);

  expect(ended).toMatchObject({ status: 'SUCCEEDED', run: { status: 'succeeded' } });
  expect(env.organization.world.putEvents).toMatchObject([{ DetailType: 'Account Onboarded' }]);
});

test('sends the event when the topic refuses the message', async () => {
  const env = await createEnv();
  env.organization.world.topics.clear();

  const ended = await onboard(env, created(env).event);

  expect(ended.run.status).toBe('succeeded');
  // At least once: each who ends the run tries both.
  const announced = new Set(
    env.organization.world.putEvents.map(({ DetailType, Detail }) => `${DetailType} ${Detail}`),
  );
  expect([...announced]).toEqual([expect.stringContaining('Account Onboarded')]);
});

test('sends the message when the event bus refuses the event', async () => {
  const env = await createEnv();
  fault(env, 'PutEvents', refuse('AccessDeniedException', 'no', 400), 1_000);

  await onboard(env, created(env).event);

  expect(env.organization.world.messages.length).toBeGreaterThan(0);
});

test('sends the group id and deduplication id that a FIFO topic requires', async () => {
  const text = smallText(['bucket']).replace(/topic: (\S+?) }/, 'topic: $1.fifo }');
  const env = await createEnv({ configuration: parseConfiguration(text, 'the test') });

  const ended = await onboard(env, created(env).event, { name: 'fifo' });

  expect(ended.run.status).toBe('succeeded');
  expect(env.organization.world.messages).toMatchObject([
    { MessageGroupId: 'account-onboarding', MessageDeduplicationId: 'fifo-succeeded' },
  ]);
});

/** A store that loses the end of runs until it is mended. */
function forgetful() {
  const health = { broken: true };
  const around = (store: Store): Partial<Store> => ({
    runs: {
      ...store.runs,
      put: async (run) => {
        if (health.broken && run.status !== 'running') throw new Error('The table is gone');
        await store.runs.put(run);
      },
    },
  });
  return { health, around };
}

test('records a run by the rule for failed executions when no state of the machine could record it', async () => {
  const { health, around } = forgetful();
  const env = await createEnv({ configuration: small(['bucket', 'key']), around });
  let failures = 0;

  const ended = await onboard(env, created(env).event, {
    around: async (token, invoke) => {
      const result = await invoke().finally(() => {
        failures += token === 'RecordFailureFunctionArn' ? 1 : 0;
        health.broken = failures === 0;
      });
      return result;
    },
  });

  expect(ended).toMatchObject({ status: 'FAILED', error: 'Error' });
  expect(ended.run).toMatchObject({
    status: 'failed',
    cause: 'created',
    error: { message: 'The table is gone' },
  });
  expect(env.organization.world.putEvents).toMatchObject([{ DetailType: 'Account Onboarding Failed' }]);
});

test('records an execution as failed with its unresolved resources when the state is too large', async () => {
  const env = await createEnv({ configuration: small(['bucket', 'key']) });

  const ended = await onboard(env, created(env).event, {
    around: async (token, invoke) =>
      token === 'PlanChangesFunctionArn'
        ? { ...Object(await invoke()), much: 'x'.repeat(300_000) }
        : invoke(),
  });

  expect(ended).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  expect(ended.run).toMatchObject({
    status: 'failed',
    error: { name: 'States.DataLimitExceeded' },
    unresolved: [
      expect.stringContaining('then start the run again'),
      `${key}: not updated`,
      `${bucket}: not updated`,
    ],
  });
});
