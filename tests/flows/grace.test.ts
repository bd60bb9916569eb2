import { expect, test } from '@jest/globals';
import { activeConfiguration } from '../../shared/configuration/active-configuration.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { driftOf } from '../../shared/reconcile/drift.ts';
import { planAll } from '../../shared/reconcile/plan-all.ts';
import { bucket, everything, key, people, repository, secret, small, smallText } from './configurations.ts';
import { created, eventOf, moved, workloads } from './events.ts';
import { due, named, onboard, outcomes, type World, writeCounts } from './flows-fixture.ts';
import { activated, sweep, swept } from './sweeps.ts';

const hours = 3_600_000;

/** Until nobody waits for others any more. */
const aWhile = hours;
const configuration = small(undefined, '\nsafety: { graceHours: 48 }');

/** A world in which an account has something on each resource, and then leaves. */
async function left(leave: (of: World, id: string) => unknown) {
  const of = await swept({ configuration });
  const { id } = created(of);
  of.organization.moveAccount(id, workloads);
  of.organization.tagAccount(id, { runner: 'yes' });
  of.clock.advance(aWhile);
  await onboard(of, { accountId: id });
  of.organization.resetCalls();
  of.clock.advance(aWhile);
  const has = named(of);
  const ended = await onboard(
    of,
    eventOf(of, () => leave(of, id)),
  );
  return { of, id, has, ended };
}

const everywhere = (of: World, id: string): readonly string[] =>
  Object.entries(named(of))
    .filter(([, ids]) => ids.includes(id))
    .map(([resource]) => resource);

const drift = async (of: World) =>
  driftOf(await planAll(of.services, { runId: 'plan', active: await activeConfiguration(of.store) }));

const close = (of: World, id: string) => of.organization.closeAccount(id);

test('a closed account keeps everything for its grace; the first sweep after it takes all back', async () => {
  const { of, id, has, ended } = await left(close);
  const kept = named(of);
  of.clock.advance(47 * hours);
  const early = await sweep(of);
  const waiting = await drift(of);
  of.clock.advance(hours);
  const pending = await drift(of);
  const late = await sweep(of);

  expect(ended.run.status).toBe('succeeded');
  expect(new Set(Object.values(outcomes(ended)))).toEqual(new Set(['unchanged']));
  expect(ended.changes.map(({ leaving }) => leaving)).toEqual(
    everything.map(() => ({ [id]: '2026-03-04T11:00:00.000Z' })),
  );
  expect(kept).toEqual(has);
  expect(early.run).toMatchObject({ status: 'succeeded', counts: { equal: 5, written: 0 } });
  expect(early.changes.every(({ leaving }) => leaving?.[id] !== undefined)).toBe(true);
  expect(waiting.map(({ status }) => status)).toEqual(everything.map(() => 'equal'));
  expect(waiting.every(({ leaving }) => leaving?.[id] === '2026-03-04T11:00:00.000Z')).toBe(true);
  expect(pending.map(({ status }) => status)).toEqual(everything.map(() => 'pending'));
  expect(late.run).toMatchObject({ status: 'succeeded', counts: { written: 5 } });
  expect(everywhere(of, id)).toEqual([]);
  expect(named(of)).toEqual(due(of));
  expect(await of.store.resources.get(bucket)).not.toHaveProperty('leaving');
});

test('an account that is reopened within its grace never loses anything: nothing is written', async () => {
  const { of, id, has } = await left(close);
  of.clock.advance(20 * hours);
  of.organization.setState(id, 'ACTIVE');

  const back = await sweep(of);
  of.clock.advance(100 * hours);
  await sweep(of);

  expect(back.run).toMatchObject({ status: 'succeeded', counts: { changed: 1, written: 0 } });
  expect(writeCounts(of)).toEqual({});
  expect(named(of)).toEqual(has);
  expect(await of.store.resources.get(bucket)).not.toHaveProperty('leaving');
});

test('a run by hand after the grace takes back what the account has, whoever it is for', async () => {
  const { of, id } = await left((world, account) => world.organization.removeAccount(account));
  of.clock.advance(48 * hours);

  const ended = await onboard(of, { accountId: '888888888888' });

  expect(ended.run.status).toBe('succeeded');
  expect(everywhere(of, id)).toEqual([]);
});

test('an account that moves and loses its tag keeps only for its grace what it is not due', async () => {
  const { of, id } = await left((world, account) => moved(world, account, 'r-exam'));
  of.clock.advance(24 * hours);
  await onboard(
    of,
    eventOf(of, () => of.organization.untagAccount(id, ['runner'])),
  );
  of.clock.advance(24 * hours);
  await sweep(of);
  const between = everywhere(of, id);
  of.clock.advance(24 * hours);
  await sweep(of);

  expect(between.toSorted()).toEqual([bucket, key, people, secret].toSorted());
  expect(everywhere(of, id).toSorted()).toEqual([bucket, key, people].toSorted());
  expect(named(of)).toEqual(due(of));
});

test('a newcomer gets in while AWS refuses an account that is only kept; that one goes early', async () => {
  const { of, id: closed } = await left(close);
  of.organization.refusePrincipal(closed);
  const { id, event } = created(of);

  const ended = await onboard(of, event);
  const state = await of.store.resources.get(key);

  expect(ended.run.status).toBe('succeeded');
  expect(ended.changes.find(({ resource }) => resource === key)).toMatchObject({
    outcome: 'set-aside',
    accountIds: [closed],
  });
  expect(named(of)[key]).toContain(id);
  expect(named(of)[key]).not.toContain(closed);
  expect(state).not.toHaveProperty('leaving');
  expect(named(of)[repository]).toContain(closed);
});

test('a configuration with a shorter grace holds for those who wait already', async () => {
  const { of, id } = await left(close);
  of.clock.advance(2 * hours);

  const now = await activated(of, small(undefined, '\nsafety: { graceHours: 1 }'));
  await sweep(now);

  expect(everywhere(now, id)).toEqual([]);
});

test('a resource that is too full with whom it keeps takes the newcomer once the grace has ended', async () => {
  const image = 'ami-0123456789abcdef0';
  const text = `
  - name: golden-image
    kind: ami-launch-permission
    account: shared
    images: [${image}]
    for: { ous: [Workloads] }`;
  const settings = '\nsafety: { graceHours: 48 }\nlimits: { launchPermissionsPerImage: 2 }';
  const of = await swept({ configuration: parseConfiguration(smallText([], text) + settings, 'the test') });
  const first = created(of).id;
  of.organization.moveAccount(first, workloads);
  await sweep(of);
  // Both between two sweeps, so that no run sees one without the other.
  const second = created(of).id;
  of.organization.moveAccount(second, workloads);
  of.organization.moveAccount(first, 'r-exam');
  const full = await sweep(of);
  of.clock.advance(48 * hours);
  const late = await sweep(of);
  const ids = of.organization.world.images.get(image)?.launchPermissions.map(({ UserId }) => UserId);

  expect(full.run.left).toEqual([expect.stringContaining('PolicyTooLargeError')]);
  expect(late.run.status).toBe('succeeded');
  expect(ids).toContain(second);
  expect(ids).not.toContain(first);
});
