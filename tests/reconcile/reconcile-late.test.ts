import { expect, test } from '@jest/globals';
import { leaseDuration, sendWindow } from '../../shared/reconcile/lease.ts';
import type { ReconciliationEnd, ResourceState } from '../../shared/store/ports.ts';
import { fault, losingTheAnswer, refuse } from '../fixtures/call-faults.ts';
import { isFree, reconcile } from '../fixtures/reconcile-bucket.ts';
import { bucket, small } from '../fixtures/small-configuration.ts';
import { aState } from '../fixtures/store-items.ts';
import { createEnv, named } from '../fixtures/test-env.ts';

const configuration = small(['bucket']);

test.each([
  ['no answer', losingTheAnswer, 'ServiceUnavailableError', false],
  ['a server error of AWS', refuse('InternalError', 'broken', 500), 'ServiceUnavailableError', false],
  ['an unknown error', async () => Promise.reject(new Error('?')), 'Error', false],
  ['throttling', refuse('SlowDown', 'slow down', 503), 'ThrottledError', true],
  ['a refusal', refuse('AccessDenied', 'no', 403), 'AccessDeniedError', true],
])(
  'keeps or releases the lease after %s, because the write may still take effect',
  async (_, act, name, free) => {
    const env = await createEnv({ configuration });
    fault(env, 'PutBucketPolicy', act);

    const change = await reconcile(env);

    expect(change).toMatchObject({ outcome: 'failed', error: { name } });
    expect(await isFree(env)).toBe(free);
  },
);

test('sends nothing and keeps the stored state when a run reaches its write after its send window', async () => {
  const env = await createEnv({ configuration });
  fault(env, 'GetBucketPolicy', async (_, proceed) => {
    const answer = await proceed();
    env.clock.advance(sendWindow);
    return answer;
  });

  const change = await reconcile(env);

  expect(change).toMatchObject({ outcome: 'failed', error: { name: 'LeaseLostError', retryable: true } });
  expect(named(env)[bucket]).toEqual([]);
  expect(await env.store.resources.get(bucket)).toBeUndefined();
});

test('keeps the state that the next lease holder stored when an earlier holder ends late', async () => {
  const env = await createEnv({ configuration });
  const next = aState({ managed: { sids: ['Theirs'] } });
  fault(env, 'PutBucketPolicy', async (_, proceed) => {
    const answer = await proceed();
    env.clock.advance(leaseDuration);
    await env.store.resources.put(bucket, { ...next, version: 1 });
    return answer;
  });

  const change = await reconcile(env);

  expect(change.error?.name).toBe('LeaseLostError');
  expect(await env.store.resources.get(bucket)).toEqual({ ...next, version: 2 });
});

test.each([
  ['the start of its write', 'put', 0],
  ['the end of its write', 'finish', 1],
] as const)(
  'replaces no later state when a lease holder is frozen before it records %s',
  async (_, frozen, writes) => {
    const theirs = aState({ managed: { sids: ['Theirs'] } });
    const env = await createEnv({
      configuration,
      around: ({ resources }) => ({
        resources: {
          ...resources,
          [frozen]: async (resource: string, ...given: [ResourceState, ReconciliationEnd]) => {
            const version = (await resources.get(resource))?.version;
            await resources.put(resource, { ...theirs, ...(version === undefined ? {} : { version }) });
            return resources[frozen](resource, ...given);
          },
        },
      }),
    });

    const change = await reconcile(env);

    expect(change).toMatchObject({ outcome: 'failed', error: { name: 'LeaseLostError', retryable: true } });
    expect(await env.store.resources.get(bucket)).toMatchObject(theirs);
    const sent = env.organization.calls.filter(({ operation }) => operation === 'PutBucketPolicy');
    expect(sent).toHaveLength(writes);
  },
);
