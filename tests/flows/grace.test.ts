import { expect, test } from '@jest/globals';
import { getActiveConfiguration } from '../../shared/configuration/active-configuration.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { listDrift } from '../../shared/reconcile/drift.ts';
import { listHeldAccounts } from '../../shared/reconcile/holds.ts';
import { planAll } from '../../shared/reconcile/plan-all.ts';
import type { RecordedHold } from '../../shared/store/ports.ts';
import { created, eventOf, moved, workloads } from '../fixtures/account-events.ts';
import {
  bucket,
  everything,
  key,
  people,
  repository,
  secret,
  small,
  smallText,
} from '../fixtures/small-configuration.ts';
import { activated, createSweptEnv, sweep } from '../fixtures/sweeps.ts';
import { due, named, onboard, outcomes, type TestEnv, writeCounts } from '../fixtures/test-env.ts';

const hours = 3_600_000;

/** Until nobody waits for others any more. */
const aWhile = hours;
const configuration = small(undefined, '\ngraceHours: 48');

/** A world in which an account has something on each resource, and then leaves. */
async function left(leave: (env: TestEnv, id: string) => unknown) {
  const env = await createSweptEnv({ configuration });
  const { id } = created(env);
  env.organization.moveAccount(id, workloads);
  env.organization.tagAccount(id, { runner: 'yes' });
  env.clock.advance(aWhile);
  await onboard(env, { accountId: id });
  env.organization.resetCalls();
  env.clock.advance(aWhile);
  const has = named(env);
  const ended = await onboard(
    env,
    eventOf(env, () => leave(env, id)),
  );
  return { env, id, has, ended };
}

const everywhere = (env: TestEnv, id: string): readonly string[] =>
  Object.entries(named(env))
    .filter(([, ids]) => ids.includes(id))
    .map(([resource]) => resource);

const drift = async (env: TestEnv) =>
  listDrift(await planAll(env.services, { runId: 'plan', active: await getActiveConfiguration(env.store) }));

const close = (env: TestEnv, id: string) => env.organization.closeAccount(id);

/** The account of a hold, and when its grace period ends. */
const endOf = (hold: RecordedHold | undefined) => [
  hold?.accountId,
  hold?.reason === 'grace-period' ? hold.until : undefined,
];

test("keeps a closed account's access for the grace period, and revokes it in the next sweep", async () => {
  const { env, id, has, ended } = await left(close);
  const kept = named(env);
  env.clock.advance(47 * hours);
  const early = await sweep(env);
  const waiting = await drift(env);
  env.clock.advance(hours);
  const pending = await drift(env);
  const late = await sweep(env);

  expect(ended.run.status).toBe('succeeded');
  expect(new Set(Object.values(outcomes(ended)))).toEqual(new Set(['unchanged']));
  expect(ended.changes.map(({ holds = [] }) => holds.map(endOf))).toEqual(
    everything.map(() => [[id, '2026-03-04T11:00:00.000Z']]),
  );
  expect(kept).toEqual(has);
  expect(early.run).toMatchObject({ status: 'succeeded', counts: { equal: 5, written: 0 } });
  expect(early.changes.every(({ holds = [] }) => listHeldAccounts(holds, 'grace-period').includes(id))).toBe(
    true,
  );
  expect(waiting.map(({ status }) => status)).toEqual(everything.map(() => 'equal'));
  expect(waiting.every(({ holds = [] }) => endOf(holds[0])[1] === '2026-03-04T11:00:00.000Z')).toBe(true);
  expect(pending.map(({ status }) => status)).toEqual(everything.map(() => 'pending'));
  expect(late.run).toMatchObject({ status: 'succeeded', counts: { written: 5 } });
  expect(everywhere(env, id)).toEqual([]);
  expect(named(env)).toEqual(due(env));
  expect(await env.store.resources.get(bucket)).not.toHaveProperty('holds');
});

test('writes nothing when an account is reopened within its grace period', async () => {
  const { env, id, has } = await left(close);
  env.clock.advance(20 * hours);
  env.organization.setState(id, 'ACTIVE');

  const back = await sweep(env);
  env.clock.advance(100 * hours);
  await sweep(env);

  expect(back.run).toMatchObject({ status: 'succeeded', counts: { changed: 1, written: 0 } });
  expect(writeCounts(env)).toEqual({});
  expect(named(env)).toEqual(has);
  expect(await env.store.resources.get(bucket)).not.toHaveProperty('holds');
});

test('revokes access in any run by hand after the grace period', async () => {
  const { env, id } = await left((world, account) => world.organization.removeAccount(account));
  env.clock.advance(48 * hours);

  const ended = await onboard(env, { accountId: '888888888888' });

  expect(ended.run.status).toBe('succeeded');
  expect(everywhere(env, id)).toEqual([]);
});

test('keeps access for the grace period only when a move or a removed tag ends it', async () => {
  const { env, id } = await left((world, account) => moved(world, account, 'r-exam'));
  env.clock.advance(24 * hours);
  await onboard(
    env,
    eventOf(env, () => env.organization.untagAccount(id, ['runner'])),
  );
  env.clock.advance(24 * hours);
  await sweep(env);
  const between = everywhere(env, id);
  env.clock.advance(24 * hours);
  await sweep(env);

  expect(between.toSorted()).toEqual([bucket, key, people, secret].toSorted());
  expect(everywhere(env, id).toSorted()).toEqual([bucket, key, people].toSorted());
  expect(named(env)).toEqual(due(env));
});

test('adds a new account when AWS rejects an account in its grace period, which ends the grace period early', async () => {
  const { env, id: closed } = await left(close);
  env.organization.refusePrincipal(closed);
  const { id, event } = created(env);

  const ended = await onboard(env, event);
  const state = await env.store.resources.get(key);

  expect(ended.run.status).toBe('succeeded');
  expect(ended.changes.find(({ resource }) => resource === key)).toMatchObject({
    outcome: 'held',
    holds: [{ accountId: closed, reason: 'rejected-principal' }],
  });
  expect(named(env)[key]).toContain(id);
  expect(named(env)[key]).not.toContain(closed);
  expect(state?.holds).toMatchObject([{ accountId: closed, reason: 'rejected-principal' }]);
  expect(named(env)[repository]).toContain(closed);
});

test('applies a shorter grace period to accounts that already are in one', async () => {
  const { env, id } = await left(close);
  env.clock.advance(2 * hours);

  const now = await activated(env, small(undefined, '\ngraceHours: 1'));
  await sweep(now);

  expect(everywhere(now, id)).toEqual([]);
});

test('adds a new account to a full resource when the grace period of another account has ended', async () => {
  const image = 'ami-0123456789abcdef0';
  const text = `
  - name: golden-image
    kind: ami-launch-permission
    account: shared
    images: [${image}]
    for: { ous: [Workloads] }`;
  const settings = '\ngraceHours: 48\nlimits: { launchPermissionsPerImage: 2 }';
  const env = await createSweptEnv({
    configuration: parseConfiguration(smallText([], text) + settings, 'the test'),
  });
  const first = created(env).id;
  env.organization.moveAccount(first, workloads);
  await sweep(env);
  // Both between two sweeps, so that no run sees one without the other.
  const second = created(env).id;
  env.organization.moveAccount(second, workloads);
  env.organization.moveAccount(first, 'r-exam');
  const full = await sweep(env);
  env.clock.advance(48 * hours);
  const late = await sweep(env);
  const ids = env.organization.world.images.get(image)?.launchPermissions.map(({ UserId }) => UserId);

  expect(full.run.unresolved).toEqual([expect.stringContaining('PolicyTooLargeError')]);
  expect(late.run.status).toBe('succeeded');
  expect(ids).toContain(second);
  expect(ids).not.toContain(first);
});
