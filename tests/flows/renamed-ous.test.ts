import { expect, test } from '@jest/globals';
import { getActiveConfiguration } from '../../shared/configuration/active-configuration.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { applyPlan } from '../../shared/reconcile/apply-plan.ts';
import { listDrift } from '../../shared/reconcile/drift.ts';
import { planAll } from '../../shared/reconcile/plan-all.ts';
import { activateConfiguration } from '../../shared/runs/activate.ts';
import { ensureOu } from '../../simulator/example-organization.ts';
import { created, moved } from '../fixtures/account-events.ts';
import { secret, smallText } from '../fixtures/small-configuration.ts';
import { activated, createSweptEnv, sweep } from '../fixtures/sweeps.ts';
import { createEnv, named, onboard, type TestEnv } from '../fixtures/test-env.ts';

const workloads = 'ou-exam-workload1';
const newOu = 'ou-exam-newnewnew1';
/** As the example organization makes Workloads/Production, with its first account. */
const production = 'ou-exam-made0001';
const three = ['700000000001', '700000000002', '888888888888'];
const images = 'ecr-repository-policy/444444444444/eu-west-1/base/node';

const forAccounts = (selector: string, more = ''): Configuration =>
  parseConfiguration(
    `${smallText(['repository']).replace('{ ous: [Workloads] }', selector)}${more}\n`,
    'the test',
  );

const productionPath = '{ ous: [Workloads/Production] }';

const add = ({ organization }: Pick<TestEnv, 'organization'>, id: string, parentId: string): void =>
  organization.addAccount({ id, name: `account-${id.slice(-2)}`, parentId });

/**
 * An organization whose OU Workloads/Production has three accounts with access to the image.
 * @param more OUs with one account each; Workloads/Production is made with its account
 */
const withThreeAccounts = (
  configuration = forAccounts(productionPath),
  ...more: string[]
): Promise<TestEnv> =>
  createSweptEnv({
    configuration,
    prepare: (organization) => {
      for (const [index, path] of more.entries()) {
        const isOurs = path === 'Workloads/Production';
        const id = ensureOu(organization, path);
        add({ organization }, isOurs ? '888888888888' : `60000000000${index}`, id);
      }
      for (const id of three.slice(0, 2)) add({ organization }, id, production);
    },
  });

const withAccess = (env: TestEnv): readonly string[] => named(env)[images] ?? [];

const head = (path: string, users = 'grant images'): string =>
  `The path ${path} (${users}) does not name what it named when the configuration was activated.`;
const todo = 'Correct the path if it should name another OU, then run `onboarding activate`';
const nobody = 'Until a configuration is activated, this path adds nobody.';
const renamedText = `The OU ${production} was Workloads/Production and is now Workloads/Prod.`;
const [first = '', second = '', third = ''] = [
  'account-01 (700000000001)',
  'account-02 (700000000002)',
  'workloads-production-1 (888888888888)',
];
const keeping = `3 accounts keep the access that they had: ${first}, ${second}, ${third}.`;

test('keeps access and reports both paths in each sweep when the OU of a path is renamed', async () => {
  const env = await withThreeAccounts();
  expect(withAccess(env)).toEqual(three);
  env.organization.renameOu(production, 'Prod');

  const ended = await sweep(env);
  const again = await sweep(env);

  expect(withAccess(env)).toEqual(three);
  const line = [head('Workloads/Production'), renamedText, keeping, nobody, todo].join(' ');
  expect(ended.run).toMatchObject({ status: 'failed', reason: line, left: [line] });
  expect(again.run.left).toEqual([line]);
  expect(env.organization.world.messages.map(({ Message }) => Message).join()).toContain('Workloads/Prod.');
  expect(env.organization.world.putEvents.at(-1)).toMatchObject({
    DetailType: 'Organization Sweep Failed',
    Detail: expect.stringContaining(production),
  });
});

test('names the accounts that keep access when a clash of marks also keeps the resource as it is', async () => {
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
  expect(run.left).toEqual([line, expect.stringContaining('OwnershipClashError')]);
  expect(plan.discovery.warnings).toEqual([line]);
  expect(withAccess(env)).toEqual(three);
});

test('keeps access when the OU above the OU of a path is renamed', async () => {
  const env = await withThreeAccounts();
  env.organization.renameOu(workloads, 'Work');

  const { run } = await sweep(env);

  expect(withAccess(env)).toEqual(three);
  expect(run.left?.join()).toContain(
    `The OU ${production} was Workloads/Production and is now Work/Production. ${keeping}`,
  );
});

test('keeps access below a wildcard when the OU above is renamed', async () => {
  const env = await withThreeAccounts(forAccounts('{ ous: [Workloads/*] }'), 'Workloads/Production');
  env.organization.renameOu(workloads, 'Work');

  const { run } = await sweep(env);

  expect(withAccess(env)).toEqual(three);
  expect(run.left?.join()).toContain(`${head('Workloads/*')} The OU ${production} was Workloads/Production`);
});

test('gives nothing to the accounts of a new OU that takes the old path', async () => {
  const env = await withThreeAccounts();
  env.organization.renameOu(production, 'Prod');
  env.organization.createOu({ id: newOu, name: 'Production', parentId: workloads });
  add(env, '700000000004', newOu);

  const { run } = await sweep(env);

  expect(withAccess(env)).toEqual(three);
  expect(run.left).toEqual([
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

test('gives access to nobody when the OU is deleted, and reports it', async () => {
  const env = await withThreeAccounts();
  for (const id of three) env.organization.moveAccount(id, workloads);
  env.organization.deleteOu(production);

  const { run } = await sweep(env);

  expect(withAccess(env)).toEqual([]);
  expect(run.status).toBe('succeeded');
  expect(run.warnings).toContain(
    `${head('Workloads/Production')} The OU ${production}, which was Workloads/Production, was deleted: ` +
      `it gives access to nobody. ${todo}`,
  );
});

test('gives access to nobody when the OU is deleted and made anew, until a configuration is activated', async () => {
  const env = await withThreeAccounts();
  for (const id of three) env.organization.moveAccount(id, workloads);
  env.organization.deleteOu(production);
  env.organization.createOu({ id: newOu, name: 'Production', parentId: workloads });
  env.organization.moveAccount(three[0] ?? '', newOu);

  const { run } = await sweep(env);

  expect(withAccess(env)).toEqual([]);
  expect(run.left?.join()).toContain(`Workloads/Production is now another OU: ${newOu}.`);

  expect(run.left?.join()).toContain(`was deleted: it gives access to nobody. Not added: ${first}.`);

  await activated(env, env.configuration);
  const { run: after } = await sweep(env);

  expect(withAccess(env)).toEqual([three[0]]);
  expect(after).toMatchObject({ status: 'succeeded' });
  expect(after.warnings).toBeUndefined();
});

test('reports an OU that is renamed when it has no account any more', async () => {
  const env = await withThreeAccounts();
  for (const id of three) env.organization.moveAccount(id, workloads);
  env.organization.renameOu(production, 'Prod');

  const { run } = await sweep(env);

  expect(withAccess(env)).toEqual([]);
  expect(run.left).toEqual([[head('Workloads/Production'), renamedText, nobody, todo].join(' ')]);
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
])('takes access back when an account %s', async (_, act) => {
  const env = await withThreeAccounts();
  env.organization.renameOu(production, 'Prod');
  await sweep(env);
  act(env);

  await sweep(env);

  expect(withAccess(env)).toEqual(three.slice(1));
});

test('gives nothing to a new account of the renamed OU, and its run says why', async () => {
  const env = await withThreeAccounts();
  env.organization.renameOu(production, 'Prod');
  const { id } = created(env);
  const event = moved(env, id, production);

  const { run } = await onboard(env, event);

  expect(withAccess(env)).toEqual(three);
  expect(run).toMatchObject({ status: 'failed', accountIds: [id] });
  expect(run.left?.join()).toContain(`${renamedText} Not added:`);
  expect(run.left?.join()).toContain(`(${id}). ${nobody} ${todo}`);
});

test('warns in the run of an account that the unresolved path does not concern', async () => {
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

test('gives access to all accounts of the OU when the new path is activated', async () => {
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

test('keeps access when the old path is activated again', async () => {
  const env = await withThreeAccounts();
  env.organization.renameOu(production, 'Prod');
  await activated(env, forAccounts(productionPath, 'graceHours: 1'));

  const { run } = await sweep(env);

  expect(withAccess(env)).toEqual(three);
  expect(run.left?.join()).toContain(renamedText);
});

test('ends the report when the OU gets its old name again', async () => {
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
  expect(run.left?.join()).toContain(
    `${renamedText} Not added: ${first}, ${second}, account-88 (888888888888). ${nobody}`,
  );
});

test('keeps access when an OU gets the path of the OU in `except`', async () => {
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

test('keeps access on each resource that an account has, and adds it to no other, when grants differ', async () => {
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
  expect(run.left?.join()).toContain(head('Workloads/Production', 'grants images, token'));
});

test('asks for approval of a new account in an OU of `approval` that was renamed', async () => {
  const env = await withThreeAccounts(
    forAccounts('{ ous: [Workloads] }', `approval: { for: ${productionPath} }`),
    'Workloads/Production',
  );
  env.organization.renameOu(production, 'Prod');
  const { id } = created(env);

  await onboard(env, moved(env, id, production));

  expect(await env.store.registry.account(id)).toMatchObject({ approval: { approvedAs: null } });
  expect(withAccess(env)).not.toContain(id);
});

test('keeps access when an OU is renamed that was made after the activation', async () => {
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
  expect(run.left?.join()).toContain(`The OU ${newOu} was Workloads/team-a and is now Workloads/group-a.`);
});

test.each([
  ['stays renamed', 'Work'],
  ['is renamed back', 'Workloads'],
])(
  'gives nothing to an OU that replaces a new one below a renamed OU when the parent %s',
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
    const line = run.left?.join() ?? '';
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
