import { expect, test } from '@jest/globals';
import { planRun } from '../../shared/runs/plan.ts';
import { updateCentralAccount } from '../../shared/runs/update.ts';
import type { Outcome, ResourceChange } from '../../shared/store/ports.ts';
import { created } from '../fixtures/account-events.ts';
import { fault, refuse } from '../fixtures/call-faults.ts';
import { bucket, key, people, small } from '../fixtures/small-configuration.ts';
import { createEnv, makeReady, named, type TestEnv, writeCounts } from '../fixtures/test-env.ts';

/** A run that is planned for one account, which the registry knows. */
async function planned(env: TestEnv, cause = 'created') {
  const { id } = created(env);
  await makeReady(env);
  const account = await env.store.registry.getAccount(id);
  await env.store.runs.put({
    runId: 'run',
    status: 'running',
    startedAt: '2026-03-02T09:00:00.000Z',
    accountIds: [id],
    cause,
  });
  const plan = await planRun(env.services, {
    runId: 'run',
    cause,
    accounts: [{ accountId: id, revision: account?.revision }],
  });
  env.organization.resetCalls();
  return { id, plan, revision: plan.revision };
}

const update = (env: TestEnv, revision: number, centralAccount: 'log' | 'security' = 'log') =>
  updateCentralAccount(env.services, {
    runId: 'run',
    centralAccount,
    accountId: small(['bucket']).centralAccounts[centralAccount]?.id ?? '',
    revision,
  });

const change = async (env: TestEnv, resource: string): Promise<ResourceChange | undefined> =>
  (await env.store.runs.getWhole('run')).changes.find((each) => each.resource === resource);

test('reads no resource in the plan of an account, and plans an update of each', async () => {
  const env = await createEnv();
  fault(env, 'GetBucketPolicy', refuse('AccessDenied', 'no', 403));

  const { plan } = await planned(env);

  expect(plan).toMatchObject({ resources: 5, changes: 5 });
  expect(await change(env, bucket)).toEqual({
    resource: bucket,
    centralAccount: 'log',
    plannedGeneration: 0,
  });
});

test('states the actual and the desired policy in a run by hand, and writes nothing to AWS', async () => {
  const env = await createEnv();

  const { plan } = await planned(env, 'manual');

  expect(plan).toMatchObject({ resources: 5, changes: 4 });
  expect(writeCounts(env)).toEqual({});
  expect(await change(env, bucket)).toMatchObject({
    planned: 'change',
    before: {},
    after: {},
    plannedGeneration: 0,
  });
  expect(named(env)[bucket]).toEqual([]);
});

test('plans nothing when no account was registered', async () => {
  const env = await createEnv();

  const plan = await planRun(env.services, {
    runId: 'run',
    cause: 'created',
    accounts: [{ accountId: '1' }],
  });

  expect(plan).toMatchObject({ revision: 0, resources: 0, changes: 0, approval: 'none' });
});

test('reads an up-to-date resource again only in a run by hand', async () => {
  const env = await createEnv();
  const { id, revision } = await planned(env);
  for (const central of ['log', 'security'] as const) await update(env, revision, central);
  env.organization.resetCalls();
  const step = { runId: 'again', accounts: [{ accountId: id, revision }] };

  await planRun(env.services, { ...step, cause: 'created' });
  const byEvent = env.organization.calls.filter(({ operation }) => operation === 'GetBucketPolicy').length;
  await planRun(env.services, { ...step, cause: 'manual' });
  const byHand = env.organization.calls.filter(({ operation }) => operation === 'GetBucketPolicy').length;

  expect([byEvent, byHand]).toEqual([0, 1]);
});

test('records the error of a resource that cannot be planned by hand, and plans the other resources', async () => {
  const env = await createEnv();
  fault(env, 'GetBucketPolicy', refuse('AccessDenied', 'no', 403));

  await planned(env, 'manual');

  expect(await change(env, bucket)).toMatchObject({ error: { name: 'AccessDeniedError' } });
  expect(await change(env, key)).toMatchObject({ planned: 'change' });
});

test('updates only the resources of the central account', async () => {
  const env = await createEnv();
  const { revision } = await planned(env);

  const updated = await update(env, revision);

  expect(updated).toEqual({ centralAccount: 'log', outcomes: { written: 2 } });
  expect((await change(env, people))?.outcome).toBeUndefined();
});

test('continues after a failed resource, records it, and throws its error at the end', async () => {
  const env = await createEnv();
  const { revision } = await planned(env);
  fault(env, 'PutBucketPolicy', refuse('SlowDown', 'slow down', 503));

  await expect(update(env, revision)).rejects.toMatchObject({ name: 'ThrottledError', retryable: true });

  expect(await change(env, bucket)).toMatchObject({ outcome: 'failed', error: { name: 'ThrottledError' } });
  expect(await change(env, key)).toMatchObject({ outcome: 'written' });
});

test('updates only the unfinished resources in a second attempt', async () => {
  const env = await createEnv();
  const { revision } = await planned(env);
  fault(env, 'PutBucketPolicy', refuse('SlowDown', 'slow down', 503));
  await update(env, revision).catch(() => {});
  env.organization.resetCalls();

  const updated = await update(env, revision);

  expect(updated.outcomes).toEqual({ written: 2 });
  expect(writeCounts(env)).toEqual({ 'example-logs': 1 });
});

test('records a permanent error without throwing it', async () => {
  const env = await createEnv();
  const { revision } = await planned(env);
  fault(env, 'PutBucketPolicy', refuse('AccessDenied', 'no', 403));

  expect(await update(env, revision)).toMatchObject({ outcomes: { failed: 1, written: 1 } });
});

test.each([
  ['of this run', true, 'InvalidPrincipalError'],
  ['of another run', false, undefined],
])('retries a rejected account %s: %s', async (_, own, error) => {
  const env = await createEnv();
  const stranger = created(env).id;
  const { id, revision } = await planned(env);
  env.organization.refusePrincipal(own ? id : stranger);

  const thrown = await update(env, revision).then(
    () => undefined,
    ({ name }: Error) => name,
  );

  expect(thrown).toBe(error);
  expect(await change(env, key)).toMatchObject({ outcome: 'held' satisfies Outcome });
  expect(named(env)[key]).toContain(own ? stranger : id);
});

test('does not try a rejected account again at once when another resource is busy', async () => {
  const env = await createEnv();
  const { id, revision } = await planned(env);
  env.organization.refusePrincipal(id);
  fault(env, 'PutBucketPolicy', refuse('SlowDown', 'slowly', 503), 3);
  const again = () => update(env, revision).catch(({ name }: Error) => name);
  const writes = () => env.organization.calls.filter(({ operation }) => operation === 'PutKeyPolicy').length;

  const first = await again();
  const search = writes();
  env.clock.advance(15_000);
  const soon = [await again(), writes() - search];
  env.clock.advance(15_000);
  const later = [await again(), writes() - search];
  const last = [await again(), writes() - search];
  const alone = [await again(), writes() - search];

  expect(first).toBe('ThrottledError');
  expect(soon).toEqual(['ThrottledError', 0]);
  expect(later).toEqual(['ThrottledError', 1]);
  expect(last).toEqual(['InvalidPrincipalError', 1]);
  expect(alone).toEqual(['InvalidPrincipalError', 2]);
});

test('plans without a read of the resource when an operator did not start the run', async () => {
  const env = await createEnv();
  const { id, revision } = await planned(env);
  await update(env, revision);
  const step = { runId: 'one-more', accounts: [{ accountId: id, revision: revision + 1 }] };
  const reads = () =>
    env.organization.calls.filter(({ operation }) => operation === 'GetBucketPolicy').length;
  env.organization.resetCalls();

  await planRun(env.services, { ...step, cause: 'created' });
  const byEvent = reads();
  await planRun(env.services, { ...step, cause: 'manual' });

  expect([byEvent, reads()]).toEqual([0, 1]);
});

test('records a busy resource once as waiting, whatever the number of attempts', async () => {
  const env = await createEnv();
  const { revision } = await planned(env);
  await env.store.leases.acquire(bucket, 'another', env.clock.now(), env.clock.now() + 180_000);
  await expect(update(env, revision)).rejects.toMatchObject({ name: 'ResourceBusyError' });
  const waiting = await change(env, bucket);

  await expect(update(env, revision)).rejects.toMatchObject({ name: 'ResourceBusyError' });

  expect(waiting).toMatchObject({ outcome: 'busy', centralAccount: 'log' });
  expect(await change(env, bucket)).toEqual(waiting);
});
