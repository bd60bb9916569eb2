import { expect, test } from '@jest/globals';
import { getActiveConfiguration } from '../../shared/configuration/active-configuration.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { applyPlan } from '../../shared/reconcile/apply-plan.ts';
import { listDrift } from '../../shared/reconcile/drift.ts';
import { planAll } from '../../shared/reconcile/plan-all.ts';
import { activateConfiguration } from '../../shared/runs/activate.ts';
import { ensureOu } from '../../simulator/example-organization.ts';
import { created, moved } from '../fixtures/account-events.ts';
import {
  add,
  first,
  forAccounts,
  head,
  keeping,
  newOu,
  nobody,
  production,
  productionPath,
  renamedText,
  second,
  three,
  todo,
  withAccess,
  withThreeAccounts,
  workloads,
} from '../fixtures/renamed-ous.ts';
import { secret, smallText } from '../fixtures/small-configuration.ts';
import { activated, sweep } from '../fixtures/sweeps.ts';
import { createEnv, named, onboard } from '../fixtures/test-env.ts';

test('gives access to all accounts of the renamed OU when a configuration with the new path is activated', async () => {
  const env = await withThreeAccounts();
  env.organization.renameOu(production, 'Prod');
  add(env, '700000000004', production);
  await sweep(env);
  expect(withAccess(env)).toEqual(three);

  const next = await activated(env, forAccounts('{ ous: [Workloads/Prod] }'));
  const { run } = await sweep(next);

  expect(withAccess(env)).toEqual(['700000000004', ...three].sort());
  expect(run).toMatchObject({ status: 'succeeded' });
  expect(run.warnings).toBeUndefined();
});

test('keeps access when a configuration with the old path is activated again', async () => {
  const env = await withThreeAccounts();
  env.organization.renameOu(production, 'Prod');
  await activated(env, forAccounts(productionPath, 'graceHours: 1'));

  const { run } = await sweep(env);

  expect(withAccess(env)).toEqual(three);
  expect(run.unresolved?.join()).toContain(renamedText);
});

test('ends the report of a renamed OU when the OU gets its old name again', async () => {
  const env = await withThreeAccounts();
  env.organization.renameOu(production, 'Prod');
  add(env, '700000000004', production);
  await sweep(env);
  env.organization.renameOu(production, 'Production');

  const { run } = await sweep(env);

  expect(run).toMatchObject({ status: 'succeeded' });
  expect(withAccess(env)).toEqual(['700000000004', ...three].sort());
});

test('keeps an account excluded when the OU in `except` is renamed', async () => {
  const env = await withThreeAccounts(
    forAccounts('{ ous: [Workloads], except: [{ ous: [Workloads/Production] }] }'),
    'Workloads/Production',
  );
  expect(withAccess(env)).not.toContain(three[0]);
  const before = withAccess(env);
  env.organization.renameOu(production, 'Prod');

  const { run } = await sweep(env);

  expect(withAccess(env)).toEqual(before);
  expect(run.unresolved?.join()).toContain(
    `${renamedText} Not added: ${first}, ${second}, account-88 (888888888888). ${nobody}`,
  );
});

test("keeps an account's access when another OU gets the path in `except`", async () => {
  const env = await withThreeAccounts(
    forAccounts('{ ous: [Workloads/Production, ou-exam-platform1], except: [{ ous: [Platform/Legacy] }] }'),
    'Platform/Legacy',
    'Platform/Web',
  );
  const before = withAccess(env);
  const legacy = ensureOu(env.organization, 'Platform/Legacy');
  const web = ensureOu(env.organization, 'Platform/Web');
  env.organization.renameOu(legacy, 'Old');
  env.organization.renameOu(web, 'Legacy');

  await sweep(env);

  expect(withAccess(env)).toEqual(before);
});

test('keeps access on each resource that an account has, and adds no other, when grants differ', async () => {
  const configuration = parseConfiguration(
    smallText(['repository', 'secret'])
      .replace('{ ous: [Workloads] }', productionPath)
      .replace('{ tags: { runner: "yes" } }', '{ ous: [Workloads/Production], tags: { runner: "yes" } }'),
    'the test',
  );
  const env = await withThreeAccounts(configuration);
  env.organization.renameOu(production, 'Prod');
  env.organization.tagAccount(three[0] ?? '', { runner: 'yes' });

  const { run } = await sweep(env);

  expect(withAccess(env)).toEqual(three);
  expect(named(env)[secret]).toEqual([]);
  expect(run.unresolved?.join()).toContain(head('Workloads/Production', 'grants images, token'));
});

test('requests approval of a new account when the OU in `approval` was renamed', async () => {
  const env = await withThreeAccounts(
    forAccounts('{ ous: [Workloads] }', `approval: { for: ${productionPath} }`),
    'Workloads/Production',
  );
  env.organization.renameOu(production, 'Prod');
  const { id } = created(env);

  await onboard(env, moved(env, id, production));

  expect(await env.store.registry.getAccount(id)).toMatchObject({ approval: { approvedAs: null } });
  expect(withAccess(env)).not.toContain(id);
});

test('keeps access when an OU is renamed that was created after the activation', async () => {
  const env = await withThreeAccounts(
    forAccounts('{ ous: [Workloads/team-*, Sandbox/New] }'),
    'Workloads/Production',
  );
  env.organization.createOu({ id: newOu, name: 'team-a', parentId: workloads });
  add(env, '700000000004', newOu);
  await sweep(env);
  expect(withAccess(env)).toContain('700000000004');
  env.organization.renameOu(newOu, 'group-a');

  const { run } = await sweep(env);

  expect(withAccess(env)).toContain('700000000004');
  expect(run.unresolved?.join()).toContain(
    `The OU ${newOu} was Workloads/team-a and is now Workloads/group-a.`,
  );
});

test.each([
  ['stays renamed', 'Work'],
  ['is renamed back', 'Workloads'],
])(
  'gives nothing to an OU that replaces a deleted OU below a renamed OU when the parent %s',
  async (_, name) => {
    const env = await withThreeAccounts(forAccounts('{ ous: [W*/*] }'), 'Workloads/Production');
    env.organization.renameOu(workloads, 'Work');
    env.organization.createOu({ id: 'ou-exam-teamteam1', name: 'team-c', parentId: workloads });
    add(env, '700000000004', 'ou-exam-teamteam1');
    await sweep(env);
    expect(withAccess(env)).toContain('700000000004');
    env.organization.moveAccount('700000000004', workloads);
    env.organization.deleteOu('ou-exam-teamteam1');
    env.organization.renameOu(workloads, name);
    env.organization.createOu({ id: newOu, name: 'team-c', parentId: workloads });
    add(env, '700000000005', newOu);

    const { run } = await sweep(env);

    expect(withAccess(env)).toEqual(three);
    const line = run.unresolved?.join() ?? '';
    expect(line).toContain(head('W*/*'));
    expect(line).toContain(`${name}/team-c is now another OU: ${newOu}.`);
    expect(line).toContain('Not added: account-05 (700000000005).');
  },
);

test('keeps access when the configuration was activated before the registry was imported', async () => {
  const env = await createEnv({
    configuration: forAccounts(productionPath),
    ready: false,
    prepare: (organization) => {
      for (const id of three.slice(0, 2)) add({ organization }, id, production);
    },
  });
  await activateConfiguration(env.services, env.configuration, 'the test');
  await sweep(env);
  expect(withAccess(env)).toEqual(three);
  env.organization.renameOu(production, 'Prod');

  await sweep(env);

  expect(withAccess(env)).toEqual(three);
});

test('shows the unresolved path in plan, drift and apply, and changes nothing', async () => {
  const env = await withThreeAccounts();
  env.organization.renameOu(production, 'Prod');
  await sweep(env);
  const active = await getActiveConfiguration(env.store);

  const plan = await planAll(env.services, { runId: 'plan', active, keep: true });
  const applied = await applyPlan(env.services, { runId: 'apply', plan });

  const line = [head('Workloads/Production'), renamedText, keeping, nobody, todo].join(' ');
  expect(plan.resources).toMatchObject([{ plan: { changed: false, unresolved: { kept: three } } }]);
  expect(plan.discovery.warnings).toEqual([line]);
  expect(listDrift(plan)).toMatchObject([{ status: 'equal' }]);
  expect(applied).toMatchObject({ status: 'succeeded', warnings: [line] });
  expect(withAccess(env)).toEqual(three);
});
