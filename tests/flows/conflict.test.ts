import { expect, test } from '@jest/globals';
import { planReport, warningsOf } from '../../cli/plan-report.ts';
import { activeConfiguration } from '../../shared/configuration/active-configuration.ts';
import { deploymentOf } from '../../shared/iam/managed-statements.ts';
import { applyPlan } from '../../shared/reconcile/apply-plan.ts';
import { driftOf } from '../../shared/reconcile/drift.ts';
import { planAll } from '../../shared/reconcile/plan-all.ts';
import { bucket, people, repository, runner, secret } from './configurations.ts';
import { created } from './events.ts';
import { due, named, onboard, outcomes, type World, writeCounts } from './flows-fixture.ts';
import { sweep, swept } from './sweeps.ts';

const sids = ['AccountOnboardingflowsLogsCheck', 'AccountOnboardingflowsLogsWrite'];
const minutes = 60_000;

type Statements = readonly { readonly Sid?: string }[];

/** What another tool does to the bucket's policy, some time after everybody else has done what they do. */
function edit(
  { organization, clock }: World,
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
  statements.filter(({ Sid }) => deploymentOf(Sid) !== 'flows');

const state = ({ store }: World) => store.resources.get(bucket);

const plan = async (of: World) =>
  planAll(of.services, { runId: 'plan', active: await activeConfiguration(of.store) });

const apply = async (of: World, runId: string) => applyPlan(of.services, { runId, plan: await plan(of) });

/** A resource that outsiders have emptied of ours twice, and a sweep that has found the second time. */
async function contested(): Promise<World> {
  const of = await swept({ prepare: (organization) => organization.addAccount(runner) });
  edit(of, withoutOurs);
  await sweep(of);
  edit(of, withoutOurs);
  await sweep(of);
  of.organization.resetCalls();
  return of;
}

test('what outsiders take out once is restored, and remembered', async () => {
  const of = await swept();
  edit(of, withoutOurs);

  const ended = await sweep(of);

  expect(ended.run).toMatchObject({ status: 'succeeded', counts: { written: 1, contested: 0 } });
  expect(named(of)).toEqual(due(of));
  expect(await state(of)).toMatchObject({ disputed: { since: '2026-03-02T09:10:00.000Z', sids } });
});

test('what they take out again is contested: no sweep, no run by hand and no event restores it', async () => {
  const of = await swept();
  edit(of, withoutOurs);
  await sweep(of);
  edit(of, (statements) => statements.filter(({ Sid }) => Sid !== sids[1]));
  of.organization.resetCalls();

  const first = await sweep(of);
  const { id, event } = created(of);
  const later = [await onboard(of, event), await onboard(of, { accountId: id }), await sweep(of)];

  expect(first.run).toMatchObject({ status: 'failed', counts: { contested: 1, written: 0, failed: 0 } });
  expect(first.run.left).toEqual([
    expect.stringMatching(/example-logs: contested: ContestedError: .*LogsWrite.*09:20.*onboarding apply/s),
  ]);
  expect(first.run.left?.[0]).not.toContain(sids[0]);
  for (const ended of later) {
    expect(ended.run.status).toBe('failed');
    expect(ended.run.left).toEqual([expect.stringContaining('ContestedError')]);
    expect(outcomes(ended)[bucket]).toBe('contested');
  }
  expect(writeCounts(of)).not.toHaveProperty('example-logs');
  expect(named(of)[bucket]).not.toContain(id);
  expect(named(of)[people]).toContain(id);
  expect(await state(of)).toMatchObject({
    contested: { since: '2026-03-02T09:20:00.000Z', sids: [sids[1]] },
  });
});

test('`apply` restores it for everybody, and the count begins anew', async () => {
  const of = await contested();
  const { id, event } = created(of);
  await onboard(of, event);
  const before = await plan(of);

  const run = await apply(of, 'decided');
  const restored = named(of);
  edit(of, withoutOurs);
  const again = await sweep(of);

  expect(warningsOf(before)).toEqual([
    expect.stringMatching(/example-logs is contested since .* restores it/),
  ]);
  expect(planReport(before, []).resources.find(({ id: name }) => name === 'example-logs')).toMatchObject({
    change: true,
    contested: { sids },
  });
  expect(run.status).toBe('succeeded');
  expect(restored[bucket]).toContain(id);
  expect(restored).toEqual(due(of));
  expect(outcomes(again)[bucket]).toBe('written');
  expect(await state(of)).not.toHaveProperty('contested');
});

test('it is drift of its own kind, and says what was changed', async () => {
  const of = await contested();

  const found = driftOf(await plan(of)).find(({ resource }) => resource === bucket);

  expect(found).toMatchObject({ status: 'contested', contested: { sids } });
  expect(found?.differences.map(({ label }) => label).sort()).toEqual(sids);
});

test('it ends by itself where all is as it should be again', async () => {
  const of = await contested();
  const found = (await plan(of)).resources.find(({ desired }) => desired.key === bucket);
  const wanted = found?.desired.kind.documents(found.plan?.next).policy;
  of.organization.editPolicy('bucket', 'example-logs', wanted as never);

  const ended = await sweep(of);

  expect(ended.run).toMatchObject({ status: 'succeeded', counts: { contested: 0, written: 0 } });
  expect(await state(of)).not.toHaveProperty('contested');
  expect(await state(of)).not.toHaveProperty('disputed');
});

test('others’ own statements never count', async () => {
  const of = await swept();
  for (let time = 0; time < 3; time += 1) {
    edit(of, (statements) => [...statements.slice(1), { Sid: `Theirs${time}`, ...theirs } as never]);
    await onboard(of, created(of).event);
  }

  expect(named(of)).toEqual(due(of));
  expect(await state(of)).not.toHaveProperty('disputed');
});

const theirs = {
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:DeleteBucket',
  Resource: 'arn:aws:s3:::example-logs',
};

test('a write of ours that was never settled does not count against others', async () => {
  let dies = false;
  const of = await swept({
    around: ({ resources }) => ({
      resources: {
        ...resources,
        put: async (resource, kept) => {
          if (dies && kept.writing === undefined) throw new Error('killed');
          return resources.put(resource, kept);
        },
      },
    }),
  });
  dies = true;
  const { id, event } = created(of);
  await onboard(of, event);
  const left = await state(of);
  dies = false;
  created(of);
  of.clock.advance(10 * minutes);

  const ended = await sweep(of);

  expect(left?.writing).toBe(true);
  expect(named(of)[bucket]).toContain(id);
  expect(outcomes(ended)[bucket]).toBe('written');
  expect(await state(of)).not.toHaveProperty('disputed');
  expect(await state(of)).not.toHaveProperty('writing');
});

test('what is read within five minutes after a write may be stale, and does not count', async () => {
  const of = await swept();
  for (let time = 0; time < 3; time += 1) {
    await onboard(of, created(of).event);
    edit(of, withoutOurs, 4.9 * minutes);
    await sweep(of);
  }

  expect(named(of)).toEqual(due(of));
  expect(await state(of)).not.toHaveProperty('disputed');
});

test('a change of accounts and of others at once is told by its Sid', async () => {
  const of = await swept();
  created(of);
  edit(of, (statements) => statements.filter(({ Sid }) => Sid !== sids[0]));

  await sweep(of);

  expect(await state(of)).toMatchObject({ disputed: { sids: [sids[0]] } });
});

test.each([
  ['a repository', repository, 'repository', 'arn:aws:ecr:eu-west-1:444444444444:repository/base/node'],
  ['a secret', secret, 'secret', undefined],
])('%s is restored once and contested then', async (_, resource, kind, arn) => {
  const of = await swept();
  const { id } = created(of);
  of.organization.tagAccount(id, { runner: 'yes' });
  await sweep(of);
  const found = arn ?? [...of.organization.world.secrets.keys()][0] ?? '';
  const outcome = async () => {
    of.clock.advance(10 * minutes);
    of.organization.editPolicy(kind as 'repository' | 'secret', found, undefined);
    return outcomes(await sweep(of))[resource];
  };

  expect([await outcome(), await outcome()]).toEqual(['written', 'contested']);
});
