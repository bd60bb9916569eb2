import { expect, test } from '@jest/globals';
import { fault, refuse } from '../fixtures/call-faults.ts';
import { alter, carriedOut, verify } from '../fixtures/carried-out-run.ts';
import { bucket, small } from '../fixtures/small-configuration.ts';
import { createEnv, type TestEnv } from '../fixtures/test-env.ts';

const configuration = small(['bucket', 'key']);

/**
 * The run's own record says that another run has done the work, and the record of that run says how it left the resource.
 * By default the other run ended a second after this run began.
 */
async function doneByAnother(env: TestEnv, secondsLater = 1) {
  const { id, accounts } = await carriedOut(env);
  const change = (await env.store.runs.getWhole('run')).changes.find(({ resource }) => resource === bucket);
  const state = await env.store.resources.get(bucket);
  if (change === undefined || state?.lastReconciliation === undefined) throw new Error('Nothing was left');
  const at = new Date(Date.parse(state.lastReconciliation.at) + secondsLater * 1_000).toISOString();
  await env.store.runs.putChange('another', { ...change, finishedAt: at });
  await env.store.resources.put(bucket, {
    ...state,
    lastReconciliation: { ...state.lastReconciliation, runId: 'another', at },
  });
  await alter(env, bucket, { outcome: 'unchanged' });
  env.organization.resetCalls();
  const reads = () =>
    env.organization.calls.filter(({ operation }) => operation === 'GetBucketPolicy').length;
  return { id, accounts, change, reads };
}

test('verifies in a burst with the documents that another run read back and recorded', async () => {
  const env = await createEnv({ configuration });
  const { accounts, reads } = await doneByAnother(env);

  expect(await verify(env, accounts)).toMatchObject({ missing: [] });
  expect(reads()).toBe(0);
});

test('reads from AWS when the other run ended before this run began', async () => {
  const env = await createEnv({ configuration });
  const { accounts, reads } = await doneByAnother(env, -1);

  expect(await verify(env, accounts)).toMatchObject({ missing: [] });
  expect(reads()).toBe(1);
});

test.each([
  ['another account', '500000000099', 0],
  ['an account of the run', undefined, 1],
])('reads from AWS only when AWS rejected an account of the run: %s', async (_, refused, asked) => {
  const env = await createEnv({ configuration });
  const { id, accounts, reads } = await doneByAnother(env);
  const state = await env.store.resources.get(bucket);
  if (state?.lastReconciliation === undefined) throw new Error('Nothing was left');
  const accountId = refused ?? id;
  const holds = [{ accountId, change: 'add', reason: 'rejected-principal' }] as const;
  await env.store.resources.put(bucket, { ...state, holds });

  expect(await verify(env, accounts)).toMatchObject({ missing: [] });
  expect(reads()).toBe(asked);
});

test('reads from AWS when there is no burst', async () => {
  const env = await createEnv({ configuration });
  const { accounts, reads } = await doneByAnother(env);
  env.clock.advance(120_000);

  expect(await verify(env, accounts)).toMatchObject({ missing: [] });
  expect(reads()).toBe(1);
});

test('verifies with the documents that another run recorded when AWS throttles reads after a burst', async () => {
  const env = await createEnv({ configuration });
  const { accounts } = await doneByAnother(env);
  env.clock.advance(120_000);
  fault(env, 'GetBucketPolicy', refuse('SlowDown', 'Please reduce your request rate.', 503), 99);

  expect(await verify(env, accounts)).toMatchObject({ missing: [] });
});

test.each([
  ['recorded no written policy', { after: undefined }],
  ['recorded the policy before the stored state', { finishedAt: '2026-03-02T08:59:59.000Z' }],
  ['failed', { outcome: 'failed' }],
  ['excluded an account', { after: {} }],
] as const)('reads from AWS when the other run has %s', async (_, given) => {
  const env = await createEnv({ configuration });
  const { accounts, change, reads } = await doneByAnother(env);
  const { after, ...rest } = { ...change, ...given };
  await env.store.runs.putChange('another', after === undefined ? rest : { ...rest, after });

  expect(await verify(env, accounts)).toMatchObject({ missing: [] });
  expect(reads()).toBe(1);
});

test('reads again later when AWS throttles a read', async () => {
  const env = await createEnv({ configuration });
  const { accounts } = await carriedOut(env);
  await alter(env, bucket, { outcome: 'unchanged' });
  fault(env, 'GetBucketPolicy', refuse('SlowDown', 'Please reduce your request rate.', 503), 9);

  await expect(verify(env, accounts)).rejects.toMatchObject({ name: 'ThrottledError' });
});
