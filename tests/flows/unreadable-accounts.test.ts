import { expect, test } from '@jest/globals';
import { getActiveConfiguration } from '../../shared/configuration/active-configuration.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { applyPlan } from '../../shared/reconcile/apply-plan.ts';
import { planAll } from '../../shared/reconcile/plan-all.ts';
import { activateConfiguration } from '../../shared/runs/activate.ts';
import { ensureOu } from '../../simulator/example-organization.ts';
import { created, eventOf, moved, workloads } from '../fixtures/account-events.ts';
import { repositoryArn } from '../fixtures/discovered-resources.ts';
import { bucket, runner, small, smallText } from '../fixtures/small-configuration.ts';
import { activated, createSweptEnv, sweep } from '../fixtures/sweeps.ts';
import { due, named, onboard, outcomes } from '../fixtures/test-env.ts';
import { spoiling } from '../fixtures/unreadable-items.ts';

/** A world in which everybody has what is due, and a way to spoil items of its registry. */
async function withOddItems(configuration = small()) {
  const { spoil, around } = spoiling();
  const env = await createSweptEnv({
    configuration,
    around,
    prepare: (organization) =>
      organization.addAccount({ ...runner, parentId: ensureOu(organization, 'Workloads') }),
  });
  return { env, spoil };
}

const line = (id: string) =>
  expect.stringMatching(
    new RegExp(
      `^${id}: StoredItemError: The item REGISTRY / ACCOUNT#${id} of table onboarding cannot be understood:.*` +
        'ouPath: .*`onboarding import`.*keeps its access and gets no new access',
      's',
    ),
  );

/** The accounts that each resource names, with and without the account. */
const without = (id: string, all: Readonly<Record<string, readonly string[]>>) =>
  Object.fromEntries(Object.entries(all).map(([key, ids]) => [key, ids.filter((each) => each !== id)]));

test("serves other accounts and keeps an account's access when its item cannot be read", async () => {
  const { env, spoil } = await withOddItems();
  const before = named(env);
  spoil(runner.id);
  const { id, event } = created(env);

  const ended = await onboard(env, event);

  expect(Object.values(before).flat()).toContain(runner.id);
  expect(named(env)).toEqual(due(env));
  expect(without(id, named(env))).toEqual(before);
  expect(named(env)[bucket]).toContain(id);
  expect(ended.run).toMatchObject({
    status: 'failed',
    reason: line(runner.id),
    unresolved: [line(runner.id)],
  });
  expect(ended.changes.filter(({ error }) => error !== undefined)).toEqual([]);
});

test('grants nothing to an account when its item cannot be read', async () => {
  const { env, spoil } = await withOddItems();
  const { id } = created(env);
  await env.store.registry.put(
    { id, name: 'new', state: 'ACTIVE', parentIds: [], ouPath: '', tags: {} },
    undefined,
    '2026-01-01T00:00:00.000Z',
  );
  spoil(id);
  const { event } = created(env);

  const ended = await onboard(env, event);

  expect(named(env)).toEqual(without(id, due(env)));
  expect(ended.run.unresolved).toEqual([line(id)]);
});

test('revokes nothing from an account when its item cannot be read', async () => {
  const { env, spoil } = await withOddItems();
  const before = named(env);
  moved(env, runner.id, 'r-exam');
  spoil(runner.id);

  await onboard(env, created(env).event);

  const now = Object.entries(named(env)).filter(([, ids]) => ids.includes(runner.id));
  expect(now.map(([key]) => key)).toEqual(
    Object.entries(before)
      .filter(([, ids]) => ids.includes(runner.id))
      .map(([key]) => key),
  );
});

test('replaces the unreadable item and reports nothing when a sweep reads the account again', async () => {
  const { env, spoil } = await withOddItems();
  spoil(runner.id);

  const ended = await sweep(env);

  expect(ended.run.status).toBe('succeeded');
  expect(await env.store.registry.getAccount(runner.id)).toMatchObject(runner);
  expect(named(env)).toEqual(due(env));
});

test('replaces the unreadable item and serves the account in its own run', async () => {
  const { env, spoil } = await withOddItems();
  spoil(runner.id);

  const ended = await onboard(env, moved(env, runner.id, workloads));

  expect(ended.run.status).toBe('succeeded');
  expect(named(env)).toEqual(due(env));
});

test('fails a sweep and names the item when the item becomes unreadable after the import', async () => {
  const { env, spoil } = await withOddItems();
  const before = named(env);

  const ended = await sweep(env, {
    around: async (token, invoke) => {
      if (token.startsWith('Plan')) spoil(runner.id);
      return invoke();
    },
  });

  expect(ended.run).toMatchObject({ status: 'failed', unresolved: [line(runner.id)] });
  expect(named(env)).toEqual(before);
  expect(env.organization.world.putEvents.at(-1)).toMatchObject({ DetailType: 'Organization Sweep Failed' });
});

test('writes for other accounts when AWS rejects an account with an unreadable item', async () => {
  const { env, spoil } = await withOddItems();
  eventOf(env, () => env.organization.closeAccount(runner.id));
  spoil(runner.id);
  const { id, event } = created(env);

  const ended = await onboard(env, event);

  expect(named(env)[bucket]).toContain(id);
  expect(Object.values(outcomes(ended))).not.toContain('failed');
  expect(ended.run.unresolved).toContainEqual(line(runner.id));
});

test('reports the unreadable item in a plan, and fails its apply after all other accounts have their access', async () => {
  const { env, spoil } = await withOddItems();
  spoil(runner.id);
  const { id } = created(env);
  await env.store.registry.put(
    { id, name: 'new', state: 'ACTIVE', parentIds: ['r-exam'], ouPath: '', tags: {} },
    undefined,
    '2026-01-01T00:00:00.000Z',
  );

  const active = await getActiveConfiguration(env.store);
  const plan = await planAll(env.services, { runId: 'plan', active });
  const run = await applyPlan(env.services, { runId: 'apply', plan, startedBy: 'a test' });

  expect(plan.discovery.unreadable).toEqual([line(runner.id)]);
  expect(run).toMatchObject({ status: 'failed', unresolved: [line(runner.id)] });
  expect(named(env)).toEqual(due(env));
});

const held = (match: string) =>
  parseConfiguration(
    smallText(['repository']).replace(
      'for: { ous: [Workloads] }',
      `for: { all: true }
    match: ${match}`,
    ),
    'the test',
  );

test('keeps a condition on the organization when an item cannot be read', async () => {
  const { env, spoil } = await withOddItems(held('organization'));
  const policy = env.organization.policyOf('repository', repositoryArn('base/node'));
  spoil('444444444444');
  spoil(runner.id);

  await onboard(env, created(env).event);

  expect(env.organization.policyOf('repository', repositoryArn('base/node'))).toEqual(policy);
});

test('keeps a condition in place of a list when the item of an account cannot be read', async () => {
  const { env, spoil } = await withOddItems(held('organization'));
  const policy = env.organization.policyOf('repository', repositoryArn('base/node'));
  await activateConfiguration(env.services, held('accounts'), 'the test');
  spoil(runner.id);

  const ended = await onboard(env, created(env).event);

  expect(env.organization.policyOf('repository', repositoryArn('base/node'))).toEqual(policy);
  expect(ended.run.unresolved).toContainEqual(
    expect.stringMatching(
      new RegExp(`base/node: refused: UnsafeChangeError: .*${runner.id}.*nothing was written`, 's'),
    ),
  );
});

test("keeps access and requests approval when an account's unreadable item is replaced", async () => {
  const { env, spoil } = await withOddItems();
  const approval = parseConfiguration(
    `${smallText()}approval: { for: { all: true } }
`,
    'the test',
  );
  const asking = await activated(env, approval);
  const before = named(asking);
  spoil(runner.id);

  const ended = await sweep(asking);

  expect(named(asking)).toEqual(before);
  expect(await asking.store.registry.getAccount(runner.id)).toMatchObject({
    state: 'ACTIVE',
    approval: { approvedAs: null, keepsAccess: true },
  });
  expect(ended.run.unresolved).toEqual([
    expect.stringContaining(`Account runner (${runner.id}) waits for approval`),
  ]);
});
