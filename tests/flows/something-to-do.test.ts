import { expect, test } from '@jest/globals';
import { created } from '../fixtures/account-events.ts';
import { fault, refuse } from '../fixtures/call-faults.ts';
import { notedRun, notedSweep, repositoryArn, withoutOurs } from '../fixtures/recorded-run.ts';
import { bucket, everything, key, small } from '../fixtures/small-configuration.ts';
import { activated, createSweptEnv, readCounts, sweep } from '../fixtures/sweeps.ts';
import { due, named, onboard, outcomes, type TestEnv, writeCounts } from '../fixtures/test-env.ts';

const hours = 3_600_000;

const states = ({ store }: TestEnv) =>
  Promise.all(everything.map((resource) => store.resources.get(resource)));

test('calls no update function in a sweep without changes, and reads each resource once', async () => {
  const env = await createSweptEnv();
  const before = await states(env);

  const ended = await notedSweep(env);

  expect(ended.updates).toEqual([]);
  expect(ended).toMatchObject({
    status: 'SUCCEEDED',
    run: { status: 'succeeded', counts: { equal: 5, written: 0, failed: 0, drift: { equal: 5 } } },
  });
  expect(Object.values(readCounts(env))).toEqual([1, 1, 1, 1, 1]);
  expect(writeCounts(env)).toEqual({});
  expect(await states(env)).toEqual(before);
  expect(ended.changes.map(({ resource }) => resource)).toEqual([...everything].sort());
  for (const change of ended.changes)
    expect(change).toMatchObject({
      outcome: 'unchanged',
      planned: 'none',
      size: expect.any(Number),
      limit: expect.any(Number),
      plannedAt: expect.any(String),
      finishedAt: expect.any(String),
    });
});

test('calls no update function for a repeated event, and still verifies the access', async () => {
  const env = await createSweptEnv();
  const { event } = created(env);
  await onboard(env, event);
  env.organization.editPolicy('bucket', 'example-logs', undefined);

  const again = await notedRun(env, event);

  expect(again.updates).toEqual([]);
  expect(new Set(Object.values(outcomes(again)))).toEqual(new Set(['unchanged']));
  expect(again.run).toMatchObject({
    status: 'failed',
    unresolved: expect.arrayContaining([expect.stringContaining(bucket)]),
  });
});

test("calls only one central account's update function in a run by hand when only it has work", async () => {
  const env = await createSweptEnv();
  const { id, event } = created(env);
  await onboard(env, event);
  env.organization.resetCalls();
  withoutOurs(env);

  const ended = await notedRun(env, { accountId: id });

  expect(ended.updates).toEqual(['Log']);
  expect(ended.run.status).toBe('succeeded');
  expect(outcomes(ended)).toEqual({
    ...Object.fromEntries(everything.map((resource) => [resource, 'unchanged'])),
    [bucket]: 'written',
  });
  expect(writeCounts(env)).toEqual({ 'example-logs': 1 });
  expect(named(env)).toEqual(due(env));
});

test('reads only the group of people again, to verify its requests, when a run by hand found no change', async () => {
  const env = await createSweptEnv();
  const { id, event } = created(env);
  await onboard(env, event);
  env.organization.resetCalls();

  const ended = await notedRun(env, { accountId: id });

  expect(ended).toMatchObject({ updates: [], run: { status: 'succeeded' } });
  const counts = readCounts(env);
  expect(counts.Developers).toBe(2);
  expect(Object.values(counts).toSorted()).toEqual([1, 1, 1, 1, 2]);
});

test('calls the update function for changes of unmanaged statements, and stores the new statements for comparison', async () => {
  const env = await createSweptEnv();
  const policy = env.organization.policyOf('repository', repositoryArn);
  env.organization.editPolicy('repository', repositoryArn, {
    Version: '2012-10-17',
    Statement: [
      ...(policy?.Statement ?? []),
      { Effect: 'Deny', Principal: '*', Action: 'ecr:DeleteRepository' },
    ],
  });

  const first = await notedSweep(env);
  const second = await notedSweep(env);

  expect([first.updates, second.updates]).toEqual([['Shared'], []]);
  expect(first.run.counts?.drift).toEqual({ equal: 4, 'unmanaged-change': 1 });
  expect(second.run.counts?.drift).toEqual({ equal: 5 });
});

test('reads a resource again when the plan could not read it', async () => {
  const env = await createSweptEnv();
  fault(env, 'GetBucketPolicy', refuse('AccessDenied', 'no', 403));

  const ended = await notedSweep(env);

  expect(ended.updates).toEqual(['Log']);
  expect(ended.run).toMatchObject({ status: 'succeeded', counts: { equal: 5, drift: { unreadable: 1 } } });
  expect(readCounts(env)).toMatchObject({ 'example-logs': 2 });
});

test('records the error when a resource still cannot be read', async () => {
  const env = await createSweptEnv();
  fault(env, 'GetBucketPolicy', refuse('AccessDenied', 'no', 403), 2);

  const ended = await notedSweep(env);

  expect(ended.run.unresolved).toEqual([expect.stringMatching(`^${bucket}: failed: AccessDeniedError`)]);
});

test('calls the update function for a rejected account in each sweep, and in no run of another account', async () => {
  const env = await createSweptEnv();
  const { id } = created(env);
  env.organization.refusePrincipal(id);
  await sweep(env);
  const other = created(env);
  await onboard(env, other.event);

  const others = await notedRun(env, other.event);
  const refused = await notedSweep(env);
  env.organization.acceptPrincipal(id);
  const accepted = await notedSweep(env);

  expect([others.updates, refused.updates, accepted.updates]).toEqual([[], ['Log'], ['Log']]);
  expect(outcomes(refused)).toMatchObject({ [key]: 'held', [bucket]: 'unchanged' });
  expect(named(env)).toEqual(due(env));
});

test('calls the update function for blocked removals in each sweep, which reports them again', async () => {
  const env = await createSweptEnv();
  const many = Array.from({ length: 7 }, () => created(env).id);
  await sweep(env);
  const grants = small().grants.map((grant) =>
    grant.name === 'logs' ? { ...grant, for: { tags: { logged: 'yes' } } } : grant,
  );
  const now = await activated(env, { ...small(), grants });
  await sweep(now);

  const again = await notedSweep(now);

  expect(again.updates).toEqual(['Log']);
  expect(outcomes(again)).toMatchObject({ [bucket]: 'held', [key]: 'unchanged' });
  expect(again.run.unresolved).toEqual([expect.stringContaining('UnsafeChangeError')]);
  expect(named(now)[bucket]).toEqual(expect.arrayContaining(many));
});

test('updates a resource in each sweep while it has a conflict', async () => {
  const env = await createSweptEnv();
  const whole = env.organization.policyOf('bucket', 'example-logs');
  for (const _ of [1, 2]) {
    env.clock.advance(hours);
    withoutOurs(env);
    await sweep(env);
  }

  const conflict = await notedSweep(env);
  env.organization.editPolicy('bucket', 'example-logs', whole as never);
  const ended = await notedSweep(env);
  const quiet = await notedSweep(env);

  expect([conflict.updates, ended.updates, quiet.updates]).toEqual([['Log'], ['Log'], []]);
  expect(outcomes(conflict)).toMatchObject({ [bucket]: 'conflict' });
  expect(await env.store.resources.get(bucket)).not.toHaveProperty('conflict');
});
