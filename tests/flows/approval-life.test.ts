import { expect, test } from '@jest/globals';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { activateConfiguration } from '../../shared/runs/activate.ts';
import { bucket, everything, key, people, repository, small } from './configurations.ts';
import { created, moved, workloads } from './events.ts';
import { due, foreign, makeReady, named, onboard, world } from './flows-fixture.ts';
import { sweep } from './sweeps.ts';
import { answer, approvalOf, approving, untilItWaits } from './waiting.ts';

const everybody = { all: true };

const member = '888888888888';

/** With one account that was there before anybody asked for approval. */
const withMember = (configuration: Configuration) =>
  world({
    configuration,
    prepare: (organization) => organization.addAccount({ id: member, name: 'member' }),
  });

test('an account that moves under approval keeps what it had, loses what ends at once, and waits for the rest', async () => {
  const of = await world({ configuration: approving({ ous: ['Workloads'] }) });
  const { id, event } = created(of);
  of.organization.tagAccount(id, { runner: 'yes' });
  await onboard(of, event);
  const before = named(of);
  of.organization.untagAccount(id, ['runner']);

  const { request, ended } = await untilItWaits(of, moved(of, id, workloads));
  const meanwhile = named(of);

  const holding = (names: typeof before) => everything.filter((resource) => names[resource]?.includes(id));
  expect(holding(before)).toHaveLength(4);
  expect(holding(before)).not.toContain(repository);
  expect(holding(meanwhile)).toEqual([bucket, key, people]);
  expect(request.difference).toContain(repository);
  expect(request.difference).not.toContain(bucket);
  await answer(of, request);
  const { changes } = await ended;
  expect(named(of)).toEqual(due(of));
  // Both what was taken before the wait and what was given after it is on record.
  expect(changes.filter(({ outcome }) => outcome === 'written')).toHaveLength(2);
});

test('a move that brings nothing, and one that ends the need, wait for nobody', async () => {
  const of = await withMember(approving(everybody, ['bucket', 'secret']));

  of.organization.tagAccount(member, { cost: '7' });
  const nothing = await onboard(of, { accountId: member });
  of.organization.tagAccount(member, { runner: 'yes' });
  const { ended } = await untilItWaits(of, { accountId: member });
  of.organization.untagAccount(member, ['runner']);
  const back = await onboard(of, { accountId: member });

  expect([nothing.run.status, back.run.status]).toEqual(['succeeded', 'succeeded']);
  expect(await approvalOf(of, member)).toBeUndefined();
  of.organization.world.tasks.timeOut();
  expect((await ended).run.left).toEqual([expect.stringContaining('waits for no approval any more')]);
});

test('losing access does not wait', async () => {
  const of = await world({ configuration: approving(everybody) });
  const { id, event } = created(of);
  const { request, ended } = await untilItWaits(of, event);
  await answer(of, request);
  await ended;

  of.organization.closeAccount(id);
  const closed = await onboard(of, { accountId: id, expect: 'any' });

  expect(closed.run.status).toBe('succeeded');
  expect(Object.values(named(of)).flat()).not.toContain(id);
});

test('turning approvals on takes nothing from anybody', async () => {
  const of = await world({ configuration: small() });
  await sweep(of);
  const before = [named(of), foreign(of)];

  const turnedOn = { ...of, configuration: approving(everybody) };
  await makeReady(turnedOn);
  const ended = await sweep(turnedOn);

  expect(ended.run.status).toBe('succeeded');
  expect([named(of), foreign(of)]).toEqual(before);
});

test('turning approvals off lets those in who wait, with the next sweep', async () => {
  const of = await world({ configuration: approving(everybody) });
  const { id } = created(of);
  const waits = await sweep(of);
  expect(waits.run).toMatchObject({ status: 'failed', left: [expect.stringContaining('nobody is asked')] });

  const turnedOff = { ...of, configuration: small() };
  await activateConfiguration(of.services, turnedOff.configuration, 'the test');
  const ended = await sweep(turnedOff);

  expect(ended.run.status).toBe('succeeded');
  expect(await approvalOf(of, id)).toBeUndefined();
  expect(named(turnedOff)).toEqual(due(turnedOff));
});

test('a sweep reports who waits unasked, and is content with who is asked; by hand one asks the same way', async () => {
  const of = await world({ configuration: approving(everybody) });
  const { id } = created(of);

  const unasked = await sweep(of);
  const { request, ended } = await untilItWaits(of, { accountId: id });
  const asked = await sweep(of);

  expect(unasked.run.left).toEqual([
    expect.stringMatching(`^Account ${id} .* waits for approval since .*{"accountIds": \\["${id}"\\]}`),
  ]);
  expect(asked.run.status).toBe('succeeded');
  expect(await of.store.runs.get(request.runId)).toMatchObject({ status: 'waiting-for-approval' });
  await answer(of, request);
  expect((await ended).run.status).toBe('succeeded');
  expect((await sweep(of)).run.status).toBe('succeeded');
});

test.each([
  [{ ous: ['Workloads'] }, 0],
  [{ tags: { critical: 'yes' } }, 1],
])('a sweep asks for tags where %j needs them', async (selector, times) => {
  const of = await withMember(approving(selector, ['bucket']));

  await sweep(of);

  const asked = of.organization.calls.filter(
    ({ operation, target }) => operation === 'ListTagsForResource' && target === member,
  );
  expect(asked).toHaveLength(times);
});

test('nobody is asked for accounts that the first import finds', async () => {
  const of = await world({ configuration: approving(everybody), ready: false });
  await activateConfiguration(of.services, of.configuration, 'the test');

  const first = await sweep(of);
  const { id } = created(of);
  const second = await sweep(of);

  expect(first.run.status).toBe('succeeded');
  expect(named(of)[bucket]).not.toContain(id);
  expect(second.run).toMatchObject({ left: [expect.stringContaining(id)] });
});

test('a sweep closes a run that waited only hours after its time was over', async () => {
  const of = await world({ configuration: approving(everybody) });
  const { request, ended } = await untilItWaits(of, created(of).event);
  const hours = (count: number) => of.clock.advance(count * 3_600_000);

  hours(50);
  const early = await sweep(of);
  hours(4);
  const late = await sweep(of);

  expect([early.run.counts?.closedRuns, late.run.counts?.closedRuns]).toEqual([0, 1]);
  expect(await of.store.runs.get(request.runId)).toMatchObject({ status: 'failed' });
  of.organization.world.tasks.timeOut();
  await ended;
});

test('an account that left and comes back is new', async () => {
  const of = await withMember(approving(everybody));
  await sweep(of);
  expect(named(of)[bucket]).toContain(member);
  of.organization.removeAccount(member);
  await sweep(of);
  of.organization.addAccount({ id: member, name: 'back again', parentId: workloads });

  await sweep(of);

  expect(await approvalOf(of, member)).toMatchObject({ approvedAs: null });
  expect(Object.values(named(of)).flat()).not.toContain(member);
});
