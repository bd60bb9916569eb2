import { expect, test } from '@jest/globals';
import { waitForAccount } from '../../cli/wait-for-account.ts';
import { created } from '../fixtures/account-events.ts';
import { approving } from '../fixtures/approvals.ts';
import { fault, refuse } from '../fixtures/call-faults.ts';
import { exampleConfiguration, objectOf, run } from '../fixtures/screen.ts';
import { bucket, small } from '../fixtures/small-configuration.ts';
import { createEnv, onboard, otherServices, type TestEnv } from '../fixtures/test-env.ts';

const account = '888888888888';
const wait = (...more: readonly string[]) =>
  run(['wait', '--simulate', '--config', exampleConfiguration, ...more]);

test('exits with 0 when every access of the account is verified', async () => {
  const screen = await wait('--account', account, '--json');

  expect(screen).toMatchObject({ code: 0, stderr: '' });
  expect(objectOf(screen)).toMatchObject({ status: 'ready', accountId: account, ready: true, seconds: 0 });
});

test.each([
  ['without --ready', [], { code: 2, status: 'unproven' }],
  ['without time', ['--timeout', '0'], { code: 2, status: 'unproven' }],
  ['with --ready', ['--ready', '--timeout', '5'], { code: 75, status: 'timeout' }],
])('exits %s as documented when an access cannot be proven', async (_, options, { code, status }) => {
  const argv = ['wait', '--simulate', '--config', exampleConfiguration, '--account', account, '--json'];
  const screen = await run([...argv, ...options], {
    outsiders: ({ world }) => {
      for (const { arn } of world.roles.values())
        if (arn.includes(`${account}:role/account-onboarding/`)) world.roles.delete(arn);
    },
  });

  expect(screen.code).toBe(code);
  expect(objectOf(screen)).toMatchObject({ status, ready: 'unproven' });
});

test('exits with 1 and names the statement when an access is denied', async () => {
  const argv = ['wait', '--simulate', '--config', exampleConfiguration, '--account', account];
  const screen = await run(argv, {
    outsiders: ({ world }) => {
      const found = world.buckets.get('example-org-cloudtrail');
      if (found === undefined) throw new Error('There is no bucket');
      const policy = JSON.parse(found.policy ?? '');
      const denial = { Sid: 'Frozen', Effect: 'Deny', Principal: '*', Action: 's3:PutObject' };
      const Resource = 'arn:aws:s3:::example-org-cloudtrail/*';
      found.policy = JSON.stringify({ ...policy, Statement: [...policy.Statement, { ...denial, Resource }] });
    },
  });

  expect(screen.code).toBe(1);
  expect(screen.stdout).toContain('Not ready');
  expect(screen.stdout).toContain('Frozen');
});

test('exits with 75 and names the next command when no run has found the account', async () => {
  const screen = await wait('--account', '999999999999', '--timeout', '3');

  expect(screen.code).toBe(75);
  expect(screen.stdout).toBe(
    [
      '  … the registry does not have the account yet',
      '999999999999',
      '  After 3 minutes the account is not ready: the registry does not have the account yet',
      '  To start a run for it: onboarding start --account 999999999999 --wait',
      '',
    ].join('\n'),
  );
});

test.each([
  ['the account is missing', []],
  ['the account id is no id', ['--account', '12']],
  ['the time is no number', ['--account', account, '--timeout', 'long']],
  ['the time is negative', ['--account', account, '--timeout', '-1']],
  ['the time is empty', ['--account', account, '--timeout', '']],
])('exits with 64 when %s', async (_, options) => {
  expect((await wait(...options)).code).toBe(64);
});

interface Awaited {
  readonly untilReady?: boolean;
  readonly minutes?: number;
}

/** Waits for an account while other things happen: the first pause is the time for the first of them, and so on. */
async function waitWhile(
  env: TestEnv,
  accountId: string,
  happenings: readonly (() => Promise<unknown>)[],
  { untilReady = false, minutes = 30 }: Awaited = {},
) {
  const left = [...happenings];
  const progress: string[] = [];
  const clock = {
    now: () => env.clock.now(),
    sleep: async (milliseconds: number) => {
      await env.clock.sleep(milliseconds);
      await left.shift()?.();
    },
  };
  const waited = await waitForAccount(
    { ...otherServices(env), clock },
    {
      runId: 'wait',
      accountId,
      untilReady,
      milliseconds: minutes * 60_000,
      onProgress: (text) => progress.push(text),
    },
  );
  return { ...waited, progress };
}

const openRun = (env: TestEnv, accountId: string, runId = 'under-way') =>
  env.store.runs.open({
    runId,
    status: 'running',
    startedAt: new Date(env.clock.now()).toISOString(),
    accountIds: [accountId],
  });

test('waits until the run has ended when the run begins after the command', async () => {
  const env = await createEnv({ configuration: small(['bucket']) });
  const { id, event } = created(env);

  const waited = await waitWhile(env, id, [
    async () => undefined,
    () => openRun(env, id, 'arrival'),
    () => onboard(env, event, { name: 'arrival' }),
  ]);

  expect(waited).toMatchObject({ status: 'ready', account: { id }, readiness: { ready: true } });
  expect(waited.progress).toEqual(['the registry does not have the account yet', 'run arrival is under way']);
});

test('says that the account is not ready when its run has failed', async () => {
  const env = await createEnv({ configuration: small(['bucket']) });
  const { id, event } = created(env);
  fault(env, 'PutBucketPolicy', refuse('AccessDenied', 'no', 403), 1_000);

  const waited = await waitWhile(env, id, [
    () => openRun(env, id, 'arrival'),
    () => onboard(env, event, { name: 'arrival' }),
  ]);

  expect(waited).toMatchObject({
    status: 'not-ready',
    failedRun: { runId: 'arrival', status: 'failed' },
    readiness: { ready: false },
  });
});

test('waits for the next run after a failed run when the caller waits for a ready account', async () => {
  const env = await createEnv({ configuration: small(['bucket']) });
  const { id, event } = created(env);
  fault(env, 'PutBucketPolicy', refuse('AccessDenied', 'no', 403), 1);

  const waited = await waitWhile(
    env,
    id,
    [
      () => openRun(env, id, 'arrival'),
      () => onboard(env, event, { name: 'arrival' }),
      () => onboard(env, { accountId: id }),
    ],
    { untilReady: true },
  );

  expect(waited.status).toBe('ready');
  expect(waited.progress).toContain(
    `no run is under way, and 1 resource is not written for the account: ${bucket}`,
  );
});

test('waits until the time is over when no operator approves the account', async () => {
  const env = await createEnv({ configuration: approving({ all: true }, ['bucket']) });
  const { id, event } = created(env);
  await onboard(env, event);

  const waited = await waitWhile(env, id, [], { minutes: 10 });

  expect(waited).toMatchObject({
    status: 'timeout',
    seconds: 600,
    lastProgress: 'an operator must approve the account: onboarding approve',
  });
});

test('waits on when AWS throttles the check', async () => {
  const env = await createEnv({ configuration: small(['bucket']) });
  const { id, event } = created(env);
  await onboard(env, event);
  const reads = fault(env, 'GetBucketPolicy', refuse('SlowDown', 'Please reduce your request rate', 503), 3);

  const waited = await waitWhile(env, id, []);

  expect(waited.status).toBe('ready');
  expect(reads()).toBeGreaterThan(3);
});

test('refuses to wait when the account is closed', async () => {
  const env = await createEnv({ configuration: small(['bucket']) });
  const { id, event } = created(env);
  await onboard(env, event);
  env.organization.closeAccount(id);
  await onboard(env, { accountId: id, mode: 'sync' });

  await expect(waitWhile(env, id, [])).rejects.toThrow(/ is (SUSPENDED|PENDING_CLOSURE|CLOSED), so no run/);
});

test('says that nothing is granted when no grant selects the account', async () => {
  const env = await createEnv({ configuration: small(['secret']) });
  const { id, event } = created(env);
  await onboard(env, event);

  expect(await waitWhile(env, id, [])).toMatchObject({ status: 'nothing-granted' });
});
