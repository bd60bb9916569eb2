import { expect, test } from '@jest/globals';
import { createPlanReport, listPlanWarnings } from '../../cli/plan-report.ts';
import { AccountNotMemberError, RegistryNotReadyError } from '../../shared/accounts/errors.ts';
import { importOrganization } from '../../shared/accounts/registry.ts';
import { getActiveConfiguration } from '../../shared/configuration/active-configuration.ts';
import { applyPlan } from '../../shared/reconcile/apply-plan.ts';
import { type OverallPlan, planAll, toPlanFile } from '../../shared/reconcile/plan-all.ts';
import { activateConfiguration, assumeActivated } from '../../shared/runs/activate.ts';
import { activeConfiguration } from '../fixtures/active-configuration.ts';
import { bucket, everything, people, repository, secret, small } from '../fixtures/small-configuration.ts';
import { createEnv, type TestEnv, writeCounts } from '../fixtures/test-env.ts';

const developer = '888888888888';

const plan = async (env: TestEnv, accountId?: string): Promise<OverallPlan> => {
  const hash = (await env.store.configuration.getActive())?.hash ?? '';
  const active = activeConfiguration(env.configuration, hash);
  return planAll(env.services, { runId: 'plan', active, accountId });
};

const importAll = ({ services, store, clock }: TestEnv) =>
  importOrganization({ registry: store.registry, organizations: services.hub.organizations, clock });

const keys = ({ resources }: OverallPlan): readonly string[] => resources.map(({ desired }) => desired.key);

/** Everybody of an OU loses what the OU has: more at once than a plan takes without a person. */
async function massRemoval(): Promise<TestEnv> {
  const many = Array.from({ length: 10 }, (_, index) => String(500_000_000_000 + index));
  const env = await createEnv({
    configuration: small(['repository']),
    prepare: (organization) => {
      const parentId = organization.world.accounts.get(developer)?.parentId;
      for (const id of many)
        organization.addAccount({ id, name: id, ...(parentId === undefined ? {} : { parentId }) });
    },
  });
  await applyPlan(env.services, { runId: 'first', plan: await plan(env) });
  for (const id of [...many, developer]) {
    const account = env.organization.world.accounts.get(id);
    if (account !== undefined) Object.assign(account, { parentId: 'r-exam' });
  }
  await importAll(env);
  return env;
}

const nobodyIsSelected = [
  'Grant images: no account is in the OU Workloads (for.ous[0])',
  'Grant images: matches 0 accounts. If accounts should have this access, correct `for`',
];

test('reads every resource, and states the desired policy of each', async () => {
  const env = await createEnv();
  const planned = await plan(env);

  expect(keys(planned)).toEqual([...everything].sort());
  expect(
    planned.resources.filter((each) => each.plan?.changed).map(({ desired }) => desired.key),
  ).not.toContain(secret);
  expect(writeCounts(env)).toEqual({});
  expect(await env.store.resources.get(bucket)).toBeUndefined();
});

test('reads a resource even when the table says it is up to date', async () => {
  const env = await createEnv({ configuration: small(['bucket']) });
  await applyPlan(env.services, { runId: 'first', plan: await plan(env) });
  env.organization.world.buckets.delete('example-logs');

  expect((await plan(env)).resources[0]?.error).toMatchObject({ name: 'ResourceMissingError' });
});

test('lists only resources that concern the account, and resources that could not be read', async () => {
  const env = await createEnv();
  env.organization.world.groups.clear();

  expect(keys(await plan(env, '111111111111'))).toEqual([
    people,
    ...keys(await plan(env, '111111111111')).slice(1),
  ]);
  expect(keys(await plan(env, '111111111111'))).not.toContain(repository);
  expect(keys(await plan(env, developer))).toContain(repository);
});

test('reports blocked removals in a plan without any change', async () => {
  const planned = await plan(await massRemoval());
  const warnings = listPlanWarnings(planned);

  expect(createPlanReport(planned, warnings)).toMatchObject({
    status: 'up-to-date',
    counts: { change: 0, unchanged: 1, blockedRemovals: 1 },
    resources: [
      {
        holds: expect.arrayContaining([
          expect.objectContaining({ accountId: developer, reason: 'removal-limit' }),
        ]),
      },
    ],
  });
  expect(warnings).toEqual([
    ...nobodyIsSelected,
    expect.stringMatching(
      /11 accounts would lose their access at once: 500000000000, .* and 6 more\. That is/,
    ),
  ]);
  expect(toPlanFile(planned).resources[0]?.holds).toHaveLength(11);
});

test('states a blocked removal in the plan for the account that it concerns', async () => {
  expect(keys(await plan(await massRemoval(), developer))).toEqual([repository]);
});

test('states when grace periods end in a plan without any change', async () => {
  const configuration = small(['repository'], '\ngraceHours: 24');
  const env = await createEnv({ configuration });
  await applyPlan(env.services, { runId: 'first', plan: await plan(env) });
  env.organization.moveAccount(developer, 'r-exam');
  await importAll(env);
  const planned = await plan(env);
  env.clock.advance(1_000);
  const again = await plan(env, developer);

  expect(createPlanReport(planned, [])).toMatchObject({
    status: 'up-to-date',
    counts: { change: 0, unchanged: 1, inGrace: 1 },
    resources: [
      { holds: [{ accountId: developer, reason: 'grace-period', until: '2026-03-03T09:00:00.000Z' }] },
    ],
  });
  expect(listPlanWarnings(planned)).toEqual([
    ...nobodyIsSelected,
    `${repository}: 1 account keeps access for a grace period: workloads-1 (${developer}) until 2026-03-03 09:00 UTC`,
  ]);
  expect(keys(again)).toEqual([repository]);
  expect(toPlanFile({ ...again, accountId: '' }).hash).toBe(toPlanFile({ ...planned, accountId: '' }).hash);
  expect(toPlanFile(planned).resources[0]?.holds).toEqual([
    { accountId: developer, change: 'remove', reason: 'grace-period' },
  ]);
});

test('refuses to plan when the registry is not complete', async () => {
  const env = await createEnv({ ready: false });

  await expect(plan(env)).rejects.toThrow(RegistryNotReadyError);
});

test('refuses to plan for an unknown account', async () => {
  const env = await createEnv();

  await expect(plan(env, '999999999999')).rejects.toThrow(AccountNotMemberError);
});

test('plans the removal from resources that a new configuration no longer names, before and after its activation', async () => {
  const env = await createEnv({ configuration: small(['bucket', 'repository']) });
  await applyPlan(env.services, { runId: 'first', plan: await plan(env) });
  const next = small(['bucket']);
  const planned = async () =>
    planAll(env.services, { runId: 'plan', active: await assumeActivated(env.store, next) });
  const before = await planned();
  await activateConfiguration(env.services, next, 'somebody');
  const after = await planned();
  const applied = await planAll(env.services, {
    runId: 'a',
    active: await getActiveConfiguration(env.store),
  });

  expect(before.resources.find(({ desired }) => desired.key === repository)?.plan?.changed).toBe(true);
  expect(toPlanFile(after)).toEqual(toPlanFile(before));
  expect(toPlanFile(applied)).toEqual(toPlanFile(after));
});
