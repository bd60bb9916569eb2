import { expect, test } from '@jest/globals';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { activateConfiguration } from '../../shared/runs/activate.ts';
import { created, moved, workloads } from '../fixtures/account-events.ts';
import { answer, approvalOf, approving, untilItWaits } from '../fixtures/approvals.ts';
import { bucket, everything, key, people, repository, small } from '../fixtures/small-configuration.ts';
import { sweep } from '../fixtures/sweeps.ts';
import { createEnv, due, foreign, makeReady, named, onboard } from '../fixtures/test-env.ts';

const everybody = { all: true };

const member = '888888888888';

/** With one account that was there before anybody asked for approval. */
const withMember = (configuration: Configuration) =>
  createEnv({
    configuration,
    prepare: (organization) => organization.addAccount({ id: member, name: 'member' }),
  });

test('keeps common access, removes old access and lets new access wait for approval when an account moves', async () => {
  const env = await createEnv({ configuration: approving({ ous: ['Workloads'] }) });
  const { id, event } = created(env);
  env.organization.tagAccount(id, { runner: 'yes' });
  await onboard(env, event);
  const before = named(env);
  env.organization.untagAccount(id, ['runner']);

  const { request, ended } = await untilItWaits(env, moved(env, id, workloads));
  const meanwhile = named(env);

  const holding = (names: typeof before) => everything.filter((resource) => names[resource]?.includes(id));
  expect(holding(before)).toHaveLength(4);
  expect(holding(before)).not.toContain(repository);
  expect(holding(meanwhile)).toEqual([bucket, key, people]);
  expect(request.difference).toContain(repository);
  expect(request.difference).not.toContain(bucket);
  await answer(env, request);
  const { changes } = await ended;
  expect(named(env)).toEqual(due(env));
  // Both what was taken before the wait and what was given after it is on record.
  expect(changes.filter(({ outcome }) => outcome === 'written')).toHaveLength(2);
});

test('requests no approval when a move adds no grant or leads to an OU without approval', async () => {
  const env = await withMember(approving(everybody, ['bucket', 'secret']));

  env.organization.tagAccount(member, { cost: '7' });
  const nothing = await onboard(env, { accountId: member });
  env.organization.tagAccount(member, { runner: 'yes' });
  const { ended } = await untilItWaits(env, { accountId: member });
  env.organization.untagAccount(member, ['runner']);
  const back = await onboard(env, { accountId: member });

  expect([nothing.run.status, back.run.status]).toEqual(['succeeded', 'succeeded']);
  expect(await approvalOf(env, member)).toBeUndefined();
  env.organization.world.tasks.timeOut();
  expect((await ended).run.unresolved).toEqual([
    expect.stringContaining('does not wait for approval any more'),
  ]);
});

test('removes access without waiting for approval', async () => {
  const env = await createEnv({ configuration: approving(everybody) });
  const { id, event } = created(env);
  const { request, ended } = await untilItWaits(env, event);
  await answer(env, request);
  await ended;

  env.organization.closeAccount(id);
  const closed = await onboard(env, { accountId: id, mode: 'sync' });

  expect(closed.run.status).toBe('succeeded');
  expect(Object.values(named(env)).flat()).not.toContain(id);
});

test('removes no access when approval is turned on', async () => {
  const env = await createEnv({ configuration: small() });
  await sweep(env);
  const before = [named(env), foreign(env)];

  const turnedOn = { ...env, configuration: approving(everybody) };
  await makeReady(turnedOn);
  const ended = await sweep(turnedOn);

  expect(ended.run.status).toBe('succeeded');
  expect([named(env), foreign(env)]).toEqual(before);
});

test('gives waiting accounts their access in the next sweep when approval is turned off', async () => {
  const env = await createEnv({ configuration: approving(everybody) });
  const { id } = created(env);
  const waits = await sweep(env);
  expect(waits.run).toMatchObject({
    status: 'failed',
    unresolved: [expect.stringContaining('no run has an open request')],
  });

  const turnedOff = { ...env, configuration: small() };
  await activateConfiguration(env.services, turnedOff.configuration, 'the test');
  const ended = await sweep(turnedOff);

  expect(ended.run.status).toBe('succeeded');
  expect(await approvalOf(env, id)).toBeUndefined();
  expect(named(turnedOff)).toEqual(due(turnedOff));
});

test('reports waiting accounts without a request in a sweep, and requests approval in a run by hand', async () => {
  const env = await createEnv({ configuration: approving(everybody) });
  const { id } = created(env);

  const unasked = await sweep(env);
  const { request, ended } = await untilItWaits(env, { accountId: id });
  const asked = await sweep(env);

  expect(unasked.run.unresolved).toEqual([
    expect.stringMatching(`^Account .* \\(${id}\\) waits for approval since .*{"accountIds": \\["${id}"\\]}`),
  ]);
  expect(asked.run.status).toBe('succeeded');
  expect(await env.store.runs.get(request.runId)).toMatchObject({ status: 'waiting-for-approval' });
  await answer(env, request);
  expect((await ended).run.status).toBe('succeeded');
  expect((await sweep(env)).run.status).toBe('succeeded');
});

test.each([
  [{ ous: ['Workloads'] }, 0],
  [{ tags: { critical: 'yes' } }, 1],
])('reads tags in a sweep only when the selector needs them: %j', async (selector, times) => {
  const env = await withMember(approving(selector, ['bucket']));

  await sweep(env);

  const asked = env.organization.calls.filter(
    ({ operation, target }) => operation === 'ListTagsForResource' && target === member,
  );
  expect(asked).toHaveLength(times);
});

test('requests no approval for accounts that the first import finds', async () => {
  const env = await createEnv({ configuration: approving(everybody), ready: false });
  await activateConfiguration(env.services, env.configuration, 'the test');

  const first = await sweep(env);
  const { id } = created(env);
  const second = await sweep(env);

  expect(first.run.status).toBe('succeeded');
  expect(named(env)[bucket]).not.toContain(id);
  expect(second.run).toMatchObject({ unresolved: [expect.stringContaining(id)] });
});

test('ends a waiting run in a sweep some hours after its deadline', async () => {
  const env = await createEnv({ configuration: approving(everybody) });
  const { request, ended } = await untilItWaits(env, created(env).event);
  const hours = (count: number) => env.clock.advance(count * 3_600_000);

  hours(50);
  const early = await sweep(env);
  hours(4);
  const late = await sweep(env);

  expect([early.run.counts?.closedRuns, late.run.counts?.closedRuns]).toEqual([0, 1]);
  expect(await env.store.runs.get(request.runId)).toMatchObject({ status: 'failed' });
  env.organization.world.tasks.timeOut();
  await ended;
});

test('treats an account that left and came back as a new account', async () => {
  const env = await withMember(approving(everybody));
  await sweep(env);
  expect(named(env)[bucket]).toContain(member);
  env.organization.removeAccount(member);
  await sweep(env);
  env.organization.addAccount({ id: member, name: 'back again', parentId: workloads });

  await sweep(env);

  expect(await approvalOf(env, member)).toMatchObject({ approvedAs: null });
  expect(Object.values(named(env)).flat()).not.toContain(member);
});
