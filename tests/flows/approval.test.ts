import { expect, test } from '@jest/globals';
import { activateConfiguration } from '../../shared/runs/activate.ts';
import { created, moved, workloads } from '../fixtures/account-events.ts';
import { answer, approvalOf, approving, untilItWaits } from '../fixtures/approvals.ts';
import { fault, refuse } from '../fixtures/call-faults.ts';
import { bucket } from '../fixtures/small-configuration.ts';
import { announcements } from '../fixtures/sweeps.ts';
import { createEnv, due, named, onboard } from '../fixtures/test-env.ts';

const everybody = { all: true };

test('lets a new account wait for approval, and gives another account access on the same resources', async () => {
  const env = await createEnv({ configuration: approving({ ous: ['Workloads'] }) });
  const [waiting, other] = [created(env), created(env)];
  env.organization.moveAccount(waiting.id, workloads);

  const { request, ended } = await untilItWaits(env, waiting.event, { name: 'approved' });
  const served = await onboard(env, other.event);
  const before = named(env);
  const decided = await answer(env, request);

  expect(served.run.status).toBe('succeeded');
  expect(before[bucket]).toContain(other.id);
  expect(Object.values(before).flat()).not.toContain(waiting.id);
  expect(decided).toMatchObject({
    approved: [waiting.id],
    changedSinceRequest: [],
    alreadyDecided: false,
    resumed: true,
  });
  expect(await ended).toMatchObject({
    status: 'SUCCEEDED',
    run: { runId: 'approved', status: 'succeeded', cause: 'created', accountIds: [waiting.id] },
  });
  expect(named(env)).toEqual(due(env));
  expect(await approvalOf(env, waiting.id)).toBeUndefined();
});

test('states the reason, the deadline and the command in record, event and message, without the token', async () => {
  const env = await createEnv({ configuration: approving(everybody) });
  const { id, event } = created(env);

  const { request, ended } = await untilItWaits(env, event, { name: 'asks' });

  const until = new Date(env.clock.now() + 48 * 3_600_000).toISOString();
  const command = `onboarding approve --run asks --plan ${request.planHash}`;
  expect(await env.store.runs.get('asks')).toMatchObject({
    status: 'waiting-for-approval',
    waitingUntil: until,
    reason: expect.stringContaining(id),
  });
  expect(announcements(env)).toEqual(['Approval Requested']);
  const [announced] = env.organization.world.putEvents;
  expect(JSON.parse(String(announced?.Detail))).toMatchObject({
    runId: 'asks',
    accountIds: [id],
    until,
    command,
  });
  const [message] = env.organization.world.messages;
  expect(message?.Subject).toBe(`Approval Requested: ${id}`);
  for (const text of [
    command,
    until,
    `https://console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/${request.execution}`,
    `${bucket}: logs for `,
    `(${id})`,
    `AWSLogs/${id}/*`,
  ])
    expect(message?.Message).toContain(text);
  expect(JSON.stringify([announced, message])).not.toContain(request.token);

  await answer(env, request, { verdict: 'rejected' });
  await ended;
});

test('grants nothing to a rejected account, and names who rejected it and why', async () => {
  const env = await createEnv({ configuration: approving(everybody) });
  const { id, event } = created(env);
  const { request, ended } = await untilItWaits(env, event);

  const decided = await answer(env, request, { verdict: 'rejected', by: 'the boss', reason: 'not ours' });

  expect(decided).toMatchObject({ approved: [], resumed: true });
  const { status, run } = await ended;
  expect({ status, run }).toMatchObject({
    status: 'FAILED',
    run: {
      status: 'failed',
      reason: 'Rejected by the boss: not ours',
      error: { name: 'ApprovalRejectedError' },
    },
  });
  expect(run.unresolved).toEqual([
    expect.stringMatching(`^Account account-4 \\(${id}\\) not approved.*{"accountIds": \\["${id}"\\]}`),
  ]);
  expect(Object.values(named(env)).flat()).not.toContain(id);
  await expect(answer(env, request)).rejects.toMatchObject({
    name: 'ApprovalClosedError',
    message: expect.stringContaining('was already rejected by the boss'),
  });
});

test('fails the run when nobody approves in time, and grants nothing on a late answer', async () => {
  const env = await createEnv({ configuration: approving(everybody) });
  const { id, event } = created(env);
  const { request, ended } = await untilItWaits(env, event);

  env.organization.world.tasks.timeOut();
  const { run } = await ended;

  expect(run).toMatchObject({ status: 'failed', error: { name: 'ApprovalTimedOutError' } });
  expect(run.reason).toBe(`No operator approved account-5 (${id}) until ${request.until}`);
  expect(announcements(env)).toEqual(['Approval Requested', 'Account Onboarding Failed']);
  // Before the hour by our clock, but the task is gone; then after it.
  for (const time of [0, 48 * 3_600_000]) {
    env.clock.advance(time);
    await expect(answer(env, request)).rejects.toMatchObject({ name: 'ApprovalClosedError' });
  }
  expect(await approvalOf(env, id)).toBeDefined();
  expect(await env.store.approvals.get(run.runId)).not.toHaveProperty('decision');
});

test('changes nothing when two operators approve the same request, and names the first one', async () => {
  const env = await createEnv({ configuration: approving(everybody) });
  const { id, event } = created(env);
  const { request, ended } = await untilItWaits(env, event);
  await answer(env, request, { by: 'the first' });
  await ended;
  const revision = (await env.store.registry.getHead()).revision;

  const again = await answer(env, request, { by: 'the second' });

  expect(again).toMatchObject({ alreadyDecided: true, approved: [], decision: { by: 'the first' } });
  expect((await env.store.registry.getHead()).revision).toBe(revision);
  await expect(answer(env, request, { verdict: 'rejected' })).rejects.toThrow(
    /was already approved by the first/,
  );
  expect(named(env)[bucket]).toContain(id);
});

test('completes an interrupted approval when the operator approves again', async () => {
  const env = await createEnv({ configuration: approving(everybody) });
  const { id, event } = created(env);
  const { request, ended } = await untilItWaits(env, event);
  const at = new Date(env.clock.now()).toISOString();
  await env.store.approvals.decide(request.runId, request.token, { verdict: 'approved', by: 'the dead', at });

  const completed = await answer(env, request);

  expect(completed).toMatchObject({ alreadyDecided: true, approved: [id], resumed: true });
  expect((await ended).run.status).toBe('succeeded');
  expect(named(env)).toEqual(due(env));
});

test('reports that the task has ended when the accounts are approved too late', async () => {
  const env = await createEnv({ configuration: approving(everybody) });
  const { id, event } = created(env);
  const { request, ended } = await untilItWaits(env, event);
  fault(env, 'SendTaskSuccess', refuse('TaskTimedOut', 'Provided task does not exist anymore'));

  const decided = await answer(env, request);
  env.organization.world.tasks.timeOut();
  const { run } = await ended;
  const next = await onboard(env, { accountId: id });

  expect(decided).toMatchObject({ approved: [id], resumed: false });
  expect(run.unresolved).toEqual([
    expect.stringMatching(`^Account ${id} was approved by an operator.*the run did not receive the decision`),
  ]);
  expect(next.run.status).toBe('succeeded');
  expect(named(env)).toEqual(due(env));
});

test('requests approval again when the account moved while it waited', async () => {
  const env = await createEnv({ configuration: approving(everybody) });
  const { id, event } = created(env);
  const first = await untilItWaits(env, event);

  const second = await untilItWaits(env, moved(env, id, workloads));

  await expect(answer(env, first.request)).rejects.toMatchObject({ name: 'StalePlanError' });
  expect(Object.values(named(env)).flat()).not.toContain(id);
  expect(await answer(env, second.request)).toMatchObject({ otherRunsResumed: [first.request.runId] });
  expect((await Promise.all([first.ended, second.ended])).map(({ run }) => run.status)).toEqual([
    'succeeded',
    'succeeded',
  ]);
  expect(named(env)).toEqual(due(env));
});

test('requests approval again in the same run when the account moves after the approval', async () => {
  const env = await createEnv({ configuration: approving(everybody) });
  const { id, event } = created(env);
  const { request, ended } = await untilItWaits(env, event, { name: 'twice' });
  env.organization.moveAccount(id, workloads);

  await answer(env, request);
  let anew = await env.store.approvals.get('twice');
  while (anew?.token === request.token) {
    await new Promise(setImmediate);
    anew = await env.store.approvals.get('twice');
  }

  expect(await approvalOf(env, id)).toMatchObject({ approvedAs: { parentIds: ['r-exam'] } });
  expect(anew?.accounts).toMatchObject([
    { id, approvedAs: { ouPath: '' }, position: { ouPath: 'Workloads' } },
  ]);
  if (anew !== undefined) await answer(env, anew);
  expect((await ended).run.status).toBe('succeeded');
  expect(named(env)).toEqual(due(env));
});

test('rejects an approval when another configuration became active', async () => {
  const env = await createEnv({ configuration: approving(everybody, ['bucket']) });
  const { request, ended } = await untilItWaits(env, created(env).event);

  await activateConfiguration(env.services, approving(everybody, ['bucket', 'key']), 'the test');

  await expect(answer(env, request)).rejects.toMatchObject({ name: 'StalePlanError' });
  await answer(env, request, { verdict: 'rejected' });
  expect((await ended).run.status).toBe('failed');
});

test('keeps a request valid when other accounts get access after the request', async () => {
  const env = await createEnv({ configuration: approving({ tags: { critical: 'yes' } }) });
  const { id } = created(env);
  env.organization.tagAccount(id, { critical: 'yes' });
  const { request, ended } = await untilItWaits(env, { accountId: id });

  await onboard(env, created(env).event);
  const served = named(env)[bucket];

  expect(served).not.toContain(id);
  expect(await answer(env, request)).toMatchObject({ approved: [id] });
  expect((await ended).run.status).toBe('succeeded');
});
