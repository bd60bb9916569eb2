import { expect, test } from '@jest/globals';
import { activateConfiguration } from '../../shared/runs/activate.ts';
import { bucket } from './configurations.ts';
import { created, moved, workloads } from './events.ts';
import { fault, refuse } from './faults.ts';
import { due, named, onboard, world } from './flows-fixture.ts';
import { announcements } from './sweeps.ts';
import { answer, approvalOf, approving, untilItWaits } from './waiting.ts';

const everybody = { all: true };

test('a new account waits and has nothing, while another one on the same resources is served; approved, it has all', async () => {
  const of = await world({ configuration: approving({ ous: ['Workloads'] }) });
  const [waiting, other] = [created(of), created(of)];
  of.organization.moveAccount(waiting.id, workloads);

  const { request, ended } = await untilItWaits(of, waiting.event, { name: 'approved' });
  const served = await onboard(of, other.event);
  const before = named(of);
  const decided = await answer(of, request);

  expect(served.run.status).toBe('succeeded');
  expect(before[bucket]).toContain(other.id);
  expect(Object.values(before).flat()).not.toContain(waiting.id);
  expect(decided).toMatchObject({ approved: [waiting.id], moved: [], already: false, released: true });
  expect(await ended).toMatchObject({
    status: 'SUCCEEDED',
    run: { runId: 'approved', status: 'succeeded', cause: 'created', accountIds: [waiting.id] },
  });
  expect(named(of)).toEqual(due(of));
  expect(await approvalOf(of, waiting.id)).toBeUndefined();
});

test('while it waits, the record, the event and the message say for what, until when and how, and none has the token', async () => {
  const of = await world({ configuration: approving(everybody) });
  const { id, event } = created(of);

  const { request, ended } = await untilItWaits(of, event, { name: 'asks' });

  const until = new Date(of.clock.now() + 48 * 3_600_000).toISOString();
  const command = `onboarding approve --run asks --plan ${request.planHash}`;
  expect(await of.store.runs.get('asks')).toMatchObject({
    status: 'waiting-for-approval',
    waitingUntil: until,
    reason: expect.stringContaining(id),
  });
  expect(announcements(of)).toEqual(['Approval Requested']);
  const [told] = of.organization.world.putEvents;
  expect(JSON.parse(String(told?.Detail))).toMatchObject({ runId: 'asks', accountIds: [id], until, command });
  const [message] = of.organization.world.messages;
  expect(message?.Subject).toBe(`Approval Requested: ${id}`);
  for (const text of [
    command,
    until,
    `https://console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/${request.execution}`,
    `${bucket}: logs for ${id}`,
    `AWSLogs/${id}/*`,
  ])
    expect(message?.Message).toContain(text);
  expect(JSON.stringify([told, message])).not.toContain(request.token);

  await answer(of, request, { verdict: 'rejected' });
  await ended;
});

test('a rejected account has nothing, and the run says by whom and why', async () => {
  const of = await world({ configuration: approving(everybody) });
  const { id, event } = created(of);
  const { request, ended } = await untilItWaits(of, event);

  const decided = await answer(of, request, { verdict: 'rejected', by: 'the boss', reason: 'not ours' });

  expect(decided).toMatchObject({ approved: [], released: true });
  const { status, run } = await ended;
  expect({ status, run }).toMatchObject({
    status: 'FAILED',
    run: {
      status: 'failed',
      reason: 'Rejected by the boss: not ours',
      error: { name: 'ApprovalRejectedError' },
    },
  });
  expect(run.left).toEqual([
    expect.stringMatching(`^Account ${id} not approved.*{"accountIds": \\["${id}"\\]}`),
  ]);
  expect(Object.values(named(of)).flat()).not.toContain(id);
  await expect(answer(of, request)).rejects.toMatchObject({
    name: 'ApprovalClosedError',
    message: expect.stringContaining('was rejected by the boss'),
  });
});

test('when nobody decides in time, the run fails and says who waited; a late answer grants nothing', async () => {
  const of = await world({ configuration: approving(everybody) });
  const { id, event } = created(of);
  const { request, ended } = await untilItWaits(of, event);

  of.organization.world.tasks.timeOut();
  const { run } = await ended;

  expect(run).toMatchObject({ status: 'failed', error: { name: 'ApprovalTimedOutError' } });
  expect(run.reason).toBe(`Nobody has approved ${id} until ${request.until}`);
  expect(announcements(of)).toEqual(['Approval Requested', 'Account Onboarding Failed']);
  // Before the hour by our clock, but the task is gone; then after it.
  for (const time of [0, 48 * 3_600_000]) {
    of.clock.advance(time);
    await expect(answer(of, request)).rejects.toMatchObject({ name: 'ApprovalClosedError' });
  }
  expect(await approvalOf(of, id)).toBeDefined();
  expect(await of.store.approvals.get(run.runId)).not.toHaveProperty('decision');
});

test('an approval that comes twice says by whom it was given, and changes nothing', async () => {
  const of = await world({ configuration: approving(everybody) });
  const { id, event } = created(of);
  const { request, ended } = await untilItWaits(of, event);
  await answer(of, request, { by: 'the first' });
  await ended;
  const revision = (await of.store.registry.head()).revision;

  const again = await answer(of, request, { by: 'the second' });

  expect(again).toMatchObject({ already: true, approved: [], decision: { by: 'the first' } });
  expect((await of.store.registry.head()).revision).toBe(revision);
  await expect(answer(of, request, { verdict: 'rejected' })).rejects.toThrow(/was approved by the first/);
  expect(named(of)[bucket]).toContain(id);
});

test('an approval that died in the middle is completed when it is given again', async () => {
  const of = await world({ configuration: approving(everybody) });
  const { id, event } = created(of);
  const { request, ended } = await untilItWaits(of, event);
  const at = new Date(of.clock.now()).toISOString();
  await of.store.approvals.decide(request.runId, request.token, { verdict: 'approved', by: 'the dead', at });

  const completed = await answer(of, request);

  expect(completed).toMatchObject({ already: true, approved: [id], released: true });
  expect((await ended).run.status).toBe('succeeded');
  expect(named(of)).toEqual(due(of));
});

test('a task that is gone when the accounts are approved is told as it is, on both sides', async () => {
  const of = await world({ configuration: approving(everybody) });
  const { id, event } = created(of);
  const { request, ended } = await untilItWaits(of, event);
  fault(of, 'SendTaskSuccess', refuse('TaskTimedOut', 'Provided task does not exist anymore'));

  const decided = await answer(of, request);
  of.organization.world.tasks.timeOut();
  const { run } = await ended;
  const next = await onboard(of, { accountId: id });

  expect(decided).toMatchObject({ approved: [id], released: false });
  expect(run.left).toEqual([
    expect.stringMatching(`^Account ${id} was approved by an operator.*did not hear`),
  ]);
  expect(next.run.status).toBe('succeeded');
  expect(named(of)).toEqual(due(of));
});

test('an account that has moved while it waited is not approved by what was shown, and is asked for again', async () => {
  const of = await world({ configuration: approving(everybody) });
  const { id, event } = created(of);
  const first = await untilItWaits(of, event);

  const second = await untilItWaits(of, moved(of, id, workloads));

  await expect(answer(of, first.request)).rejects.toMatchObject({ name: 'StalePlanError' });
  expect(Object.values(named(of)).flat()).not.toContain(id);
  expect(await answer(of, second.request)).toMatchObject({ alsoReleased: [first.request.runId] });
  expect((await Promise.all([first.ended, second.ended])).map(({ run }) => run.status)).toEqual([
    'succeeded',
    'succeeded',
  ]);
  expect(named(of)).toEqual(due(of));
});

test('an account that moves between the approval and the run is asked for again by the same run', async () => {
  const of = await world({ configuration: approving(everybody) });
  const { id, event } = created(of);
  const { request, ended } = await untilItWaits(of, event, { name: 'twice' });
  of.organization.moveAccount(id, workloads);

  await answer(of, request);
  let anew = await of.store.approvals.get('twice');
  while (anew?.token === request.token) {
    await new Promise(setImmediate);
    anew = await of.store.approvals.get('twice');
  }

  expect(await approvalOf(of, id)).toMatchObject({ approvedAs: { parentIds: ['r-exam'] } });
  expect(anew?.accounts).toMatchObject([
    { id, approvedAs: { ouPath: '' }, position: { ouPath: 'Workloads' } },
  ]);
  if (anew !== undefined) await answer(of, anew);
  expect((await ended).run.status).toBe('succeeded');
  expect(named(of)).toEqual(due(of));
});

test('what is approved is bound to the configuration', async () => {
  const of = await world({ configuration: approving(everybody, ['bucket']) });
  const { request, ended } = await untilItWaits(of, created(of).event);

  await activateConfiguration(of.services, approving(everybody, ['bucket', 'key']), 'the test');

  await expect(answer(of, request)).rejects.toMatchObject({ name: 'StalePlanError' });
  await answer(of, request, { verdict: 'rejected' });
  expect((await ended).run.status).toBe('failed');
});

test('what other accounts gain meanwhile does not make it stale', async () => {
  const of = await world({ configuration: approving({ tags: { critical: 'yes' } }) });
  const { id } = created(of);
  of.organization.tagAccount(id, { critical: 'yes' });
  const { request, ended } = await untilItWaits(of, { accountId: id });

  await onboard(of, created(of).event);
  const served = named(of)[bucket];

  expect(served).not.toContain(id);
  expect(await answer(of, request)).toMatchObject({ approved: [id] });
  expect((await ended).run.status).toBe('succeeded');
});
