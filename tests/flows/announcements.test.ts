import { expect, test } from '@jest/globals';
import { failRun } from '../../shared/runs/finish.ts';
import type { RunRecord } from '../../shared/store/ports.ts';
import { created, eventOf } from '../fixtures/account-events.ts';
import { type Fault, fault, refuse } from '../fixtures/call-faults.ts';
import { deploy } from '../fixtures/secret-env.ts';
import { bucket, small } from '../fixtures/small-configuration.ts';
import { sweep } from '../fixtures/sweeps.ts';
import { createEnv, due, named, onboard, otherServices, type TestEnv } from '../fixtures/test-env.ts';

const kmsDenied = refuse(
  'KMSAccessDeniedException',
  'The ciphertext refers to a key that does not exist',
  400,
);

const refusedEntry: Fault = async () => ({
  FailedEntryCount: 1,
  Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'try again' }],
});

const always = 1_000;

/** What keeps a channel from being announced on, and what mends it. */
function broken(env: TestEnv, operation: 'PutEvents' | 'Publish', act: Fault) {
  const health = { isBroken: true };
  fault(env, operation, (call, proceed) => (health.isBroken ? act(call, proceed) : proceed()), always);
  return () => {
    health.isBroken = false;
  };
}

/** The rule of the scheduled check fires a quarter of an hour later. */
async function scheduledCheck(env: TestEnv): Promise<void> {
  await env.clock.sleep(15 * 60_000);
  const { status } = await deploy(env, { resumePending: true });
  expect(status).toBe('SUCCEEDED');
}

const titles = ({ organization }: TestEnv) =>
  organization.world.putEvents.map(({ DetailType }) => DetailType);

const recordOf = async (env: TestEnv, { runId }: RunRecord) => env.store.runs.get(runId);

test.each([
  ['the key of the topic does not allow it', 'Publish', kmsDenied, 'topic', 'KMSAccessDeniedException'],
  [
    'the topic is deleted',
    'Publish',
    refuse('NotFoundException', 'Topic does not exist', 404),
    'topic',
    'Topic does not exist',
  ],
  [
    'the topic denies it',
    'Publish',
    refuse('AuthorizationErrorException', 'no', 403),
    'topic',
    'sns:Publish',
  ],
  ['EventBridge does not take the entry', 'PutEvents', refusedEntry, 'bus', 'InternalFailure try again'],
  ['EventBridge denies it', 'PutEvents', refuse('AccessDeniedException', 'no', 400), 'bus', 'AccessDenied'],
] as const)(
  'ends a run as succeeded, and announces its end later, when %s',
  async (_, operation, act, channel, error) => {
    const env = await createEnv({ configuration: small(['bucket']) });
    const mend = broken(env, operation, act);

    const ended = await onboard(env, created(env).event);

    expect(ended).toMatchObject({ status: 'SUCCEEDED', run: { status: 'succeeded' } });
    expect(named(env)).toEqual(due(env));
    const other = channel === 'bus' ? 'topic' : 'bus';
    expect(ended.run.announcement).toMatchObject({
      [channel]: { status: 'pending', error: expect.stringContaining(error) },
      [other]: { status: 'announced' },
    });
    expect(ended.run).not.toHaveProperty('announcedAt');
    expect(ended.run).not.toHaveProperty('unresolved');

    await scheduledCheck(env);
    expect(await recordOf(env, ended.run)).toMatchObject({
      announcement: { [channel]: { status: 'pending' } },
    });

    mend();
    await scheduledCheck(env);
    await scheduledCheck(env);

    expect(await recordOf(env, ended.run)).toMatchObject({
      status: 'succeeded',
      announcedAt: expect.any(String),
      announcement: { bus: { status: 'announced' }, topic: { status: 'announced' } },
    });
    expect((await env.store.runs.listUnannounced()).items).toEqual([]);
    // Once on each channel.
    expect(titles(env)).toEqual(['Account Onboarded']);
    expect(env.organization.world.messages).toHaveLength(1);
  },
);

test('keeps the result of a failed run, and announces its end later, when the event bus denies the announcement', async () => {
  const env = await createEnv({ configuration: small(['bucket']) });
  fault(env, 'PutBucketPolicy', refuse('AccessDenied', 'no', 403), always);
  const mend = broken(env, 'PutEvents', refuse('AccessDeniedException', 'no', 400));

  const ended = await onboard(env, created(env).event);

  expect(ended).toMatchObject({ status: 'FAILED', run: { status: 'failed' } });
  expect(ended.run.unresolved).toEqual([expect.stringContaining(bucket)]);
  expect(ended.run.announcement).toMatchObject({
    bus: { status: 'pending' },
    topic: { status: 'announced' },
  });

  mend();
  await scheduledCheck(env);

  expect(titles(env)).toEqual(['Account Onboarding Failed']);
  expect(env.organization.world.messages).toHaveLength(1);
  expect(await recordOf(env, ended.run)).toMatchObject({
    status: 'failed',
    unresolved: ended.run.unresolved,
    announcedAt: expect.any(String),
  });
});

test('announces the end of a run by the rule for failed executions when the execution failed', async () => {
  const env = await createEnv({ configuration: small(['bucket']) });
  fault(env, 'PutBucketPolicy', refuse('AccessDenied', 'no', 403), always);
  const mend = broken(env, 'PutEvents', refuse('AccessDeniedException', 'no', 400));
  const { run } = await onboard(env, created(env).event);
  mend();

  const error = { name: 'RunFailed', message: 'failed', retryable: false };
  await failRun(otherServices(env), { runId: run.runId, startedAt: run.startedAt, error });

  expect(titles(env)).toEqual(['Account Onboarding Failed']);
  expect(env.organization.world.messages).toHaveLength(1);
});

test('announces the end of a run later when the function died before the announcement', async () => {
  const env = await createEnv({ configuration: small(['bucket']) });
  const pending = { status: 'pending', at: new Date(env.clock.now()).toISOString() } as const;
  const run: RunRecord = {
    runId: 'died',
    status: 'failed',
    cause: 'created',
    startedAt: pending.at,
    accountIds: [],
    unresolved: ['The execution died'],
    announcement: { title: 'Account Onboarding Failed', bus: pending, topic: pending },
  };
  await env.store.runs.put(run);

  await scheduledCheck(env);

  expect(titles(env)).toEqual(['Account Onboarding Failed']);
  expect(env.organization.world.messages).toHaveLength(1);
});

test('does not repeat an announcement that another function tried a minute ago', async () => {
  const env = await createEnv({ configuration: small(['bucket']) });
  const mend = broken(env, 'PutEvents', refuse('AccessDeniedException', 'no', 400));
  await onboard(env, created(env).event);
  mend();

  await env.clock.sleep(60_000);
  await deploy(env, { resumePending: true });

  expect(titles(env)).toEqual([]);
});

test('announces the end of a run in the sweep when the sweep comes before the scheduled check', async () => {
  const env = await createEnv({ configuration: small(['bucket']) });
  const mend = broken(env, 'PutEvents', refuse('AccessDeniedException', 'no', 400));
  await onboard(env, created(env).event);
  mend();

  await env.clock.sleep(15 * 60_000);
  await sweep(env);

  expect(titles(env)).toContain('Account Onboarded');
  expect((await env.store.runs.listUnannounced()).items).toEqual([]);
});

test('announces a run although its account has left before the announcement is sent', async () => {
  const env = await createEnv({ configuration: small(['bucket']) });
  const mend = broken(env, 'PutEvents', refuse('AccessDeniedException', 'no', 400));
  const { event, id } = created(env);
  await onboard(env, event);
  await onboard(
    env,
    eventOf(env, () => env.organization.removeAccount(id)),
  );
  mend();

  await scheduledCheck(env);

  expect(titles(env).toSorted()).toEqual(['Account Offboarded', 'Account Onboarded']);
});

test('ends a sweep as succeeded when the topic is deleted', async () => {
  const env = await createEnv({ configuration: small(['bucket']) });
  env.organization.world.topics.clear();

  const { status, run } = await sweep(env);

  expect(status).toBe('SUCCEEDED');
  expect(run.announcement).toMatchObject({ bus: { status: 'announced' }, topic: { status: 'pending' } });
});

test('logs each failed announcement in the form that the metric filters count', async () => {
  const env = await createEnv({ configuration: small(['bucket']) });
  broken(env, 'Publish', kmsDenied);
  const logged: unknown[] = [];
  const services = {
    ...otherServices(env),
    logger: { ...env.services.logger, error: (_: string, fields?: object) => void logged.push(fields) },
  };

  await onboard(env, created(env).event, { services, name: 'logged' });

  expect(logged).toEqual([
    {
      announcement: 'pending',
      runId: 'logged',
      channel: 'topic',
      error: expect.stringContaining('KMSAccessDeniedException'),
    },
  ]);
});
