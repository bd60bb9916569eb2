import { expect, test } from '@jest/globals';
import { created, workloads } from '../fixtures/account-events.ts';
import { answer, approving, untilItWaits } from '../fixtures/approvals.ts';
import { letIn, type Noted, notedRun, notedSweep, noting, repositoryArn } from '../fixtures/recorded-run.ts';
import { bucket, repository, small } from '../fixtures/small-configuration.ts';
import { activated, createSweptEnv, readCounts, sweep } from '../fixtures/sweeps.ts';
import { createEnv, due, makeReady, named, onboard, outcomes } from '../fixtures/test-env.ts';

const hours = 3_600_000;

test('calls the update function when a grace period has ended, and not before', async () => {
  const env = await createSweptEnv({ configuration: small(undefined, '\ngraceHours: 48') });
  const { id } = created(env);
  env.organization.moveAccount(id, workloads);
  await sweep(env);
  env.organization.closeAccount(id);
  await sweep(env);

  const running = await notedSweep(env);
  env.clock.advance(48 * hours);
  const over = await notedSweep(env);

  expect([running.updates, over.updates]).toEqual([[], ['Log', 'Security', 'Shared']]);
  expect(running.changes.find(({ resource }) => resource === repository)?.holds).toMatchObject([
    { accountId: id, reason: 'grace-period' },
  ]);
  expect(Object.values(named(env)).flat()).not.toContain(id);
});

test('starts and ends the grace period once when an unmanaged statement also admits the account', async () => {
  const env = await createSweptEnv({ configuration: small(undefined, '\ngraceHours: 48') });
  const { id } = created(env);
  await sweep(env);
  letIn(env, id);

  const begun = await notedSweep(env);
  env.clock.advance(47 * hours);
  const running = await notedSweep(env);
  const kept = named(env)[repository];
  env.clock.advance(hours);
  const over = await notedSweep(env);

  expect([begun.updates, running.updates, over.updates]).toEqual([['Shared'], [], ['Shared']]);
  expect(kept).toContain(id);
  expect(outcomes(over)).toMatchObject({ [repository]: 'written' });
  expect(named(env)).toEqual(due(env));
});

test('reads the resource in the update of only one of two simultaneous sweeps when both would start a grace period', async () => {
  const env = await createSweptEnv({ configuration: small(undefined, '\ngraceHours: 48') });
  const { id } = created(env);
  await sweep(env);
  letIn(env, id);
  env.organization.resetCalls();
  let first: Noted | undefined;

  const second = await sweep(env, {
    around: async (token, invoke) => {
      if (token === 'UpdateSharedAccountFunctionArn') first ??= await notedSweep(env);
      return invoke();
    },
  });

  expect(first?.updates).toEqual(['Shared']);
  expect(outcomes(second)).toMatchObject({ [repository]: 'unchanged' });
  // Each plan has read it, and one update.
  expect(readCounts(env)).toMatchObject({ 'base/node': 3 });
});

test('calls the update functions once after another activation, even if no policy differs', async () => {
  const env = await createSweptEnv();
  const now = await activated(env, small(undefined, '\nremovalLimits: { accounts: 9 }'));

  const first = await notedSweep(now);
  const second = await notedSweep(now);

  expect([first.updates, second.updates]).toEqual([['Log', 'Security', 'Shared'], []]);
  expect(first.run.counts).toMatchObject({ equal: 5, written: 0 });
});

test('keeps what a run wrote when storing its record failed, without another call to AWS', async () => {
  const env = await createEnv({ configuration: approving({ all: true }, ['bucket', 'repository']) });
  await sweep(env);
  env.organization.editPolicy('repository', repositoryArn, undefined);
  const { event } = created(env);
  const { updates, around } = noting();

  const { request, ended } = await untilItWaits(env, event, { around });
  const before = [...updates];
  await answer(env, request);
  const { run, changes } = await ended;

  expect(run.status).toBe('succeeded');
  expect(before.toSorted()).toEqual(['Log', 'Shared']);
  expect(updates.slice(before.length)).toEqual(['Log']);
  expect(changes.map(({ resource, outcome }) => [resource, outcome])).toEqual([
    [repository, 'written'],
    [bucket, 'written'],
  ]);
  expect(named(env)).toEqual(due(env));
});

test('leaves a new activation to the next run when the plan found no changes', async () => {
  const env = await createSweptEnv();
  const { id, event } = created(env);
  await onboard(env, event);
  const grants = small().grants.map((grant) =>
    grant.name === 'images' ? { ...grant, for: { all: true as const } } : grant,
  );
  const next = { ...env, configuration: { ...small(), grants } };
  const late = await onboard(env, event, {
    around: async (token, invoke) => {
      const result = await invoke();
      if (token === 'PlanChangesFunctionArn') await makeReady(next);
      return result;
    },
  });

  const again = await notedRun(next, { accountId: id });

  expect(late.run).toMatchObject({
    status: 'failed',
    unresolved: [expect.stringMatching(`^${repository}: .*\\(${id}\\) cannot `)],
  });
  expect(again).toMatchObject({ updates: ['Log', 'Security', 'Shared'], run: { status: 'succeeded' } });
  expect(named(next)).toEqual(due(next));
});

test('keeps a write with an unknown end marked when no account is missing, and clears the mark with the next write', async () => {
  const env = await createSweptEnv();
  const state = await env.store.resources.get(bucket);
  await env.store.resources.put(bucket, {
    ...(state as NonNullable<typeof state>),
    writeInProgress: 'same-configuration',
  });

  const quiet = await notedSweep(env);
  created(env);
  const busy = await notedSweep(env);

  expect([quiet.updates, busy.updates]).toEqual([[], ['Log', 'Security', 'Shared']]);
  expect(await env.store.resources.get(bucket)).not.toHaveProperty('writing');
});
