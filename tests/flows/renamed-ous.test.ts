import { expect, test } from '@jest/globals';
import { getActiveConfiguration } from '../../shared/configuration/active-configuration.ts';
import { planAll } from '../../shared/reconcile/plan-all.ts';
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
  renamedText,
  three,
  todo,
  withAccess,
  withThreeAccounts,
  workloads,
} from '../fixtures/renamed-ous.ts';
import { activated, sweep } from '../fixtures/sweeps.ts';
import { onboard, type TestEnv } from '../fixtures/test-env.ts';

test('keeps access and reports both paths in each sweep when the OU of a path is renamed', async () => {
  const env = await withThreeAccounts();
  expect(withAccess(env)).toEqual(three);
  env.organization.renameOu(production, 'Prod');

  const ended = await sweep(env);
  const again = await sweep(env);

  expect(withAccess(env)).toEqual(three);
  const line = [head('Workloads/Production'), renamedText, keeping, nobody, todo].join(' ');
  expect(ended.run).toMatchObject({ status: 'failed', reason: line, unresolved: [line] });
  expect(again.run.unresolved).toEqual([line]);
  expect(env.organization.world.messages.map(({ Message }) => Message).join()).toContain('Workloads/Prod.');
  expect(env.organization.world.putEvents.at(-1)).toMatchObject({
    DetailType: 'Organization Sweep Failed',
    Detail: expect.stringContaining(production),
  });
});

test("names the accounts that keep access when an unknown managed Sid also stops the resource's writes", async () => {
  const env = await withThreeAccounts();
  const arn = 'arn:aws:ecr:eu-west-1:444444444444:repository/base/node';
  const policy = env.organization.policyOf('repository', arn);
  if (policy === undefined) throw new Error('the repository has no policy');
  const Sid = 'AccountOnboardingflowsTheirs';
  const clash = { Sid, Effect: 'Deny', Principal: '*', Action: 'ecr:DeleteRepository' } as const;
  env.organization.editPolicy('repository', arn, { ...policy, Statement: [...policy.Statement, clash] });
  env.organization.renameOu(production, 'Prod');

  const { run } = await sweep(env);
  const plan = await planAll(env.services, {
    runId: 'plan',
    active: await getActiveConfiguration(env.store),
  });

  const line = [head('Workloads/Production'), renamedText, keeping, nobody, todo].join(' ');
  expect(run.unresolved).toEqual([line, expect.stringContaining('OwnershipClashError')]);
  expect(plan.discovery.warnings).toEqual([line]);
  expect(withAccess(env)).toEqual(three);
});

test("keeps access when the parent of a path's OU is renamed", async () => {
  const env = await withThreeAccounts();
  env.organization.renameOu(workloads, 'Work');

  const { run } = await sweep(env);

  expect(withAccess(env)).toEqual(three);
  expect(run.unresolved?.join()).toContain(
    `The OU ${production} was Workloads/Production and is now Work/Production. ${keeping}`,
  );
});

test('keeps access below a wildcard when the parent OU is renamed', async () => {
  const env = await withThreeAccounts(forAccounts('{ ous: [Workloads/*] }'), 'Workloads/Production');
  env.organization.renameOu(workloads, 'Work');

  const { run } = await sweep(env);

  expect(withAccess(env)).toEqual(three);
  expect(run.unresolved?.join()).toContain(
    `${head('Workloads/*')} The OU ${production} was Workloads/Production`,
  );
});

test("gives nothing to the accounts of a new OU that has the renamed OU's old path", async () => {
  const env = await withThreeAccounts();
  env.organization.renameOu(production, 'Prod');
  env.organization.createOu({ id: newOu, name: 'Production', parentId: workloads });
  add(env, '700000000004', newOu);

  const { run } = await sweep(env);

  expect(withAccess(env)).toEqual(three);
  expect(run.unresolved).toEqual([
    [
      head('Workloads/Production'),
      renamedText,
      `Workloads/Production is now another OU: ${newOu}.`,
      keeping,
      'Not added: account-04 (700000000004).',
      nobody,
      todo,
    ].join(' '),
  ]);
});

test('removes all access of the path when its OU is deleted, and reports that', async () => {
  const env = await withThreeAccounts();
  for (const id of three) env.organization.moveAccount(id, workloads);
  env.organization.deleteOu(production);

  const { run } = await sweep(env);

  expect(withAccess(env)).toEqual([]);
  expect(run.status).toBe('succeeded');
  expect(run.warnings).toContain(
    `${head('Workloads/Production')} The OU ${production}, which was Workloads/Production, was deleted, ` +
      `so it gives no access. ${todo}`,
  );
});

test('gives access to no account when the OU is deleted and created again, until a configuration is activated', async () => {
  const env = await withThreeAccounts();
  for (const id of three) env.organization.moveAccount(id, workloads);
  env.organization.deleteOu(production);
  env.organization.createOu({ id: newOu, name: 'Production', parentId: workloads });
  env.organization.moveAccount(three[0] ?? '', newOu);

  const { run } = await sweep(env);

  expect(withAccess(env)).toEqual([]);
  expect(run.unresolved?.join()).toContain(`Workloads/Production is now another OU: ${newOu}.`);

  expect(run.unresolved?.join()).toContain(`was deleted, so it gives no access. Not added: ${first}.`);

  await activated(env, env.configuration);
  const { run: after } = await sweep(env);

  expect(withAccess(env)).toEqual([three[0]]);
  expect(after).toMatchObject({ status: 'succeeded' });
  expect(after.warnings).toBeUndefined();
});

test('reports a renamed OU when it has no account anymore', async () => {
  const env = await withThreeAccounts();
  for (const id of three) env.organization.moveAccount(id, workloads);
  env.organization.renameOu(production, 'Prod');

  const { run } = await sweep(env);

  expect(withAccess(env)).toEqual([]);
  expect(run.unresolved).toEqual([[head('Workloads/Production'), renamedText, nobody, todo].join(' ')]);
});

test.each([
  ['closes', (env: TestEnv) => env.organization.closeAccount(three[0] ?? '')],
  ['leaves', (env: TestEnv) => env.organization.removeAccount(three[0] ?? '')],
  ['moves out of the renamed OU', (env: TestEnv) => env.organization.moveAccount(three[0] ?? '', 'r-exam')],
  [
    'moves into a new OU with the old path',
    (env: TestEnv) => {
      env.organization.createOu({ id: newOu, name: 'Production', parentId: workloads });
      env.organization.moveAccount(three[0] ?? '', newOu);
    },
  ],
])('revokes access below a renamed OU when an account %s', async (_, act) => {
  const env = await withThreeAccounts();
  env.organization.renameOu(production, 'Prod');
  await sweep(env);
  act(env);

  await sweep(env);

  expect(withAccess(env)).toEqual(three.slice(1));
});

test('gives nothing to a new account of the renamed OU, and says why in its run', async () => {
  const env = await withThreeAccounts();
  env.organization.renameOu(production, 'Prod');
  const { id } = created(env);
  const event = moved(env, id, production);

  const { run } = await onboard(env, event);

  expect(withAccess(env)).toEqual(three);
  expect(run).toMatchObject({ status: 'failed', accountIds: [id] });
  expect(run.unresolved?.join()).toContain(`${renamedText} Not added:`);
  expect(run.unresolved?.join()).toContain(`(${id}). ${nobody} ${todo}`);
});

test('warns of an unresolved path in the run of an account that another path selects', async () => {
  const env = await withThreeAccounts(
    forAccounts('{ ous: [Workloads/Production, ou-exam-sandbox01] }'),
    'Sandbox',
  );
  env.organization.renameOu(production, 'Prod');
  await sweep(env);
  const { id } = created(env);

  const { run } = await onboard(env, moved(env, id, 'ou-exam-sandbox01'));

  expect(withAccess(env)).toContain(id);
  expect(run.status).toBe('succeeded');
  expect(run.warnings).toEqual([
    [head('Workloads/Production'), renamedText, keeping, nobody, todo].join(' '),
  ]);
});
