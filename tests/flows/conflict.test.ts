import { expect, test } from '@jest/globals';
import { createPlanReport, listPlanWarnings } from '../../cli/plan-report.ts';
import { getActiveConfiguration } from '../../shared/configuration/active-configuration.ts';
import { installationOf } from '../../shared/iam/managed-statements.ts';
import { applyPlan } from '../../shared/reconcile/apply-plan.ts';
import { listDrift } from '../../shared/reconcile/drift.ts';
import { planAll } from '../../shared/reconcile/plan-all.ts';
import { created } from '../fixtures/account-events.ts';
import { bucket, people, repository, runner, secret } from '../fixtures/small-configuration.ts';
import { createSweptEnv, sweep } from '../fixtures/sweeps.ts';
import { due, named, onboard, outcomes, type TestEnv, writeCounts } from '../fixtures/test-env.ts';

const sids = ['AccountOnboardingflowsLogsCheck', 'AccountOnboardingflowsLogsWrite'];
const minutes = 60_000;

type Statements = readonly { readonly Sid?: string }[];

/** What another tool does to the bucket's policy, some time after everybody else has done what they do. */
function edit(
  { organization, clock }: TestEnv,
  change: (statements: Statements) => Statements,
  after = 10 * minutes,
) {
  clock.advance(after);
  const policy = organization.policyOf('bucket', 'example-logs');
  if (policy === undefined) throw new Error('the bucket has no policy');
  organization.editPolicy('bucket', 'example-logs', {
    ...policy,
    Statement: [...change(policy.Statement)],
  } as never);
}

const withoutOurs = (statements: Statements): Statements =>
  statements.filter(({ Sid }) => installationOf(Sid) !== 'flows');

const state = ({ store }: TestEnv) => store.resources.get(bucket);

const plan = async (env: TestEnv) =>
  planAll(env.services, { runId: 'plan', active: await getActiveConfiguration(env.store) });

const apply = async (env: TestEnv, runId: string) =>
  applyPlan(env.services, { runId, plan: await plan(env) });

/** External edits have taken out the managed statements of a resource twice, and a sweep has found the second edit. */
async function createConflict(): Promise<TestEnv> {
  const env = await createSweptEnv({ prepare: (organization) => organization.addAccount(runner) });
  edit(env, withoutOurs);
  await sweep(env);
  edit(env, withoutOurs);
  await sweep(env);
  env.organization.resetCalls();
  return env;
}

test('restores managed statements and records the time when another tool removes them once', async () => {
  const env = await createSweptEnv();
  edit(env, withoutOurs);

  const ended = await sweep(env);

  expect(ended.run).toMatchObject({ status: 'succeeded', counts: { written: 1, conflict: 0 } });
  expect(named(env)).toEqual(due(env));
  expect(await state(env)).toMatchObject({
    conflict: {
      strikes: 1,
      restoredAt: '2026-03-02T09:10:00.000Z',
      changedAt: '2026-03-02T09:10:00.000Z',
      sids,
    },
  });
});

test('does not write a resource when another tool changes managed statements again after they were restored', async () => {
  const env = await createSweptEnv();
  edit(env, withoutOurs);
  await sweep(env);
  edit(env, (statements) => statements.filter(({ Sid }) => Sid !== sids[1]));
  env.organization.resetCalls();

  const first = await sweep(env);
  const { id, event } = created(env);
  const later = [await onboard(env, event), await onboard(env, { accountId: id }), await sweep(env)];

  expect(first.run).toMatchObject({ status: 'failed', counts: { conflict: 1, written: 0, failed: 0 } });
  expect(first.run.unresolved).toEqual([
    expect.stringMatching(/example-logs: conflict: ConflictError: .*LogsWrite.*09:20.*onboarding apply/s),
  ]);
  expect(first.run.unresolved?.[0]).not.toContain(sids[0]);
  for (const ended of later) {
    expect(ended.run.status).toBe('failed');
    expect(ended.run.unresolved).toEqual([expect.stringContaining('ConflictError')]);
    expect(outcomes(ended)[bucket]).toBe('conflict');
  }
  expect(writeCounts(env)).not.toHaveProperty('example-logs');
  expect(named(env)[bucket]).not.toContain(id);
  expect(named(env)[people]).toContain(id);
  expect(await state(env)).toMatchObject({
    conflict: {
      strikes: 2,
      restoredAt: '2026-03-02T09:10:00.000Z',
      changedAt: '2026-03-02T09:20:00.000Z',
      sids: [sids[1]],
    },
  });
});

test('restores managed statements for all accounts, and counts from zero again, when an operator applies the plan', async () => {
  const env = await createConflict();
  const { id, event } = created(env);
  await onboard(env, event);
  const before = await plan(env);

  const run = await apply(env, 'decided');
  const restored = named(env);
  edit(env, withoutOurs);
  const again = await sweep(env);

  expect(listPlanWarnings(before)).toEqual([
    expect.stringMatching(/example-logs: conflict since .* restores it/),
  ]);
  expect(
    createPlanReport(before, []).resources.find(({ id: name }) => name === 'example-logs'),
  ).toMatchObject({
    change: true,
    conflict: { strikes: 2, sids },
  });
  expect(run.status).toBe('succeeded');
  expect(restored[bucket]).toContain(id);
  expect(restored).toEqual(due(env));
  expect(outcomes(again)[bucket]).toBe('written');
  expect(await state(env)).toMatchObject({ conflict: { strikes: 1 } });
});

test('reports the conflict and the changed statements in drift', async () => {
  const env = await createConflict();

  const drift = listDrift(await plan(env)).find(({ resource }) => resource === bucket);

  expect(drift).toMatchObject({ status: 'conflict', conflict: { strikes: 2, sids } });
  expect(drift?.differences.map(({ label }) => label).sort()).toEqual(sids);
});

test('ends a conflict when the resource has its desired state again', async () => {
  const env = await createConflict();
  const planned = (await plan(env)).resources.find(({ desired }) => desired.key === bucket);
  const wanted = planned?.desired.kind.toDocuments(planned.plan?.next).policy;
  env.organization.editPolicy('bucket', 'example-logs', wanted as never);

  const ended = await sweep(env);

  expect(ended.run).toMatchObject({ status: 'succeeded', counts: { conflict: 0, written: 0 } });
  expect(await state(env)).not.toHaveProperty('conflict');
  expect(await state(env)).not.toHaveProperty('conflict');
});

test('counts no external change when only unmanaged statements change', async () => {
  const env = await createSweptEnv();
  for (let time = 0; time < 3; time += 1) {
    edit(env, (statements) => [...statements.slice(1), { Sid: `Theirs${time}`, ...theirs } as never]);
    await onboard(env, created(env).event);
  }

  expect(named(env)).toEqual(due(env));
  expect(await state(env)).not.toHaveProperty('conflict');
});

const theirs = {
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:DeleteBucket',
  Resource: 'arn:aws:s3:::example-logs',
};

test('counts no external change when the result of an earlier write is unknown', async () => {
  let dies = false;
  const env = await createSweptEnv({
    around: ({ resources }) => ({
      resources: {
        ...resources,
        finish: async (...given) => {
          if (dies) throw new Error('killed');
          return resources.finish(...given);
        },
      },
    }),
  });
  dies = true;
  const { id, event } = created(env);
  await onboard(env, event);
  const left = await state(env);
  dies = false;
  created(env);
  env.clock.advance(10 * minutes);

  const ended = await sweep(env);

  expect(left?.writeInProgress).toBe('same-configuration');
  expect(named(env)[bucket]).toContain(id);
  expect(outcomes(ended)[bucket]).toBe('written');
  expect(await state(env)).not.toHaveProperty('conflict');
  expect(await state(env)).not.toHaveProperty('writeInProgress');
});

test('counts no external change when the last write is less than five minutes old', async () => {
  const env = await createSweptEnv();
  for (let time = 0; time < 3; time += 1) {
    await onboard(env, created(env).event);
    edit(env, withoutOurs, 4.9 * minutes);
    await sweep(env);
  }

  expect(named(env)).toEqual(due(env));
  expect(await state(env)).not.toHaveProperty('conflict');
});

test('names the changed Sid when another tool changes a statement while accounts change too', async () => {
  const env = await createSweptEnv();
  created(env);
  edit(env, (statements) => statements.filter(({ Sid }) => Sid !== sids[0]));

  await sweep(env);

  expect(await state(env)).toMatchObject({ conflict: { strikes: 1, sids: [sids[0]] } });
});

test.each([
  ['a repository', repository, 'repository', 'arn:aws:ecr:eu-west-1:444444444444:repository/base/node'],
  ['a secret', secret, 'secret', undefined],
])(
  'restores %s once and reports a conflict when it is changed externally again',
  async (_, resource, kind, arn) => {
    const env = await createSweptEnv();
    const { id } = created(env);
    env.organization.tagAccount(id, { runner: 'yes' });
    await sweep(env);
    const secretArn = arn ?? [...env.organization.world.secrets.keys()][0] ?? '';
    const outcome = async () => {
      env.clock.advance(10 * minutes);
      env.organization.editPolicy(kind as 'repository' | 'secret', secretArn, undefined);
      return outcomes(await sweep(env))[resource];
    };

    expect([await outcome(), await outcome()]).toEqual(['written', 'conflict']);
  },
);
