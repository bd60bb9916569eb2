import { expect, test } from '@jest/globals';
import { importOrganization } from '../../shared/accounts/registry.ts';
import { getActiveConfiguration } from '../../shared/configuration/active-configuration.ts';
import { normalizePolicy } from '../../shared/iam/normalize.ts';
import { applyPlan } from '../../shared/reconcile/apply-plan.ts';
import { leaseDuration } from '../../shared/reconcile/lease.ts';
import { type OverallPlan, planAll } from '../../shared/reconcile/plan-all.ts';
import { activateConfiguration } from '../../shared/runs/activate.ts';
import { bucket, everything, repository, secret, small } from '../fixtures/small-configuration.ts';
import { createEnv, due, foreign, named, type TestEnv, writeCounts } from '../fixtures/test-env.ts';

const own = '888888888888';

async function plan({ services, store }: TestEnv, accountId?: string): Promise<OverallPlan> {
  return planAll(services, { runId: 'plan', active: await getActiveConfiguration(store), accountId });
}

async function apply(env: TestEnv, planned: OverallPlan, runId = 'apply') {
  const run = await applyPlan(env.services, { runId, plan: planned });
  const changes = (await env.store.runs.getWhole(runId)).changes;
  return {
    run,
    changes,
    outcomes: Object.fromEntries(changes.map(({ resource, outcome }) => [resource, outcome])),
    errors: Object.fromEntries(changes.map(({ resource, error }) => [resource, error?.name])),
  };
}

const all = <T>(value: T): Readonly<Record<string, T>> =>
  Object.fromEntries(everything.map((resource) => [resource, value]));

/** No account has the tag that the grant is for. */
const forNobody = { [secret]: 'unchanged' };

const written = (env: TestEnv): number => Object.keys(writeCounts(env)).length;

test('grants all access of a plan, keeps unmanaged content, and records the run', async () => {
  const env = await createEnv();
  const before = foreign(env);
  const { run, changes } = await apply(env, await plan(env));

  expect(named(env)).toEqual(due(env));
  for (const [resource, documents] of Object.entries(before))
    expect(foreign(env)[resource]?.map(normalizePolicy)).toEqual(documents.map(normalizePolicy));
  expect(run).toMatchObject({ status: 'succeeded', cause: 'apply', accountIds: [] });
  expect(await env.store.runs.get('apply')).toEqual(run);
  expect(changes.find(({ resource }) => resource === bucket)).toMatchObject({
    planned: 'change',
    outcome: 'written',
    before: { policy: expect.anything() },
    after: { policy: expect.anything() },
  });
});

test('writes nothing when a plan is applied twice', async () => {
  const env = await createEnv();
  await apply(env, await plan(env));
  env.organization.resetCalls();

  const { outcomes, run } = await apply(env, await plan(env), 'again');

  expect(outcomes).toEqual(all('unchanged'));
  expect(run.status).toBe('succeeded');
  expect(written(env)).toBe(0);
});

test('writes only the resources that concern the account when the plan is for one account', async () => {
  const env = await createEnv();
  const { outcomes, run } = await apply(env, await plan(env, own));

  expect(run.accountIds).toEqual([own]);
  expect(outcomes).toMatchObject({ [bucket]: 'written', [repository]: 'written' });
  expect(outcomes).not.toHaveProperty([secret]);
});

test('refuses a plan when the registry has changed and the desired policies changed with it', async () => {
  const env = await createEnv();
  const planned = await plan(env);
  const { organization, services, store, clock } = env;
  organization.addAccount({ id: '999999999999', name: 'new' });
  await importOrganization({ registry: store.registry, organizations: services.hub.organizations, clock });

  const { run, outcomes, errors } = await apply(env, planned);

  expect(outcomes).toEqual({ ...all('failed'), ...forNobody, [repository]: 'written' });
  expect(errors[bucket]).toBe('StalePlanError');
  expect(run.status).toBe('failed');
  expect(run.unresolved).toEqual([expect.stringContaining('3 resources are affected')]);
});

test('writes a plan when the registry has changed and the desired policies have not', async () => {
  const env = await createEnv();
  const planned = await plan(env);
  const { organization, services, store, clock } = env;
  const account = organization.world.accounts.get(own);
  if (account !== undefined) organization.world.accounts.set(own, { ...account, name: 'another name' });
  await importOrganization({ registry: store.registry, organizations: services.hub.organizations, clock });
  const { revision } = await store.registry.getHead();

  const { run } = await apply(env, planned);

  expect(revision).toBeGreaterThan(planned.revision);
  expect(run.status).toBe('succeeded');
  expect(named(env)).toEqual(due(env));
});

test('writes nothing when another configuration has become active after the plan was made', async () => {
  const env = await createEnv();
  const planned = await plan(env);
  await activateConfiguration(env.services, small(['bucket', 'key']), 'the test');

  const { run, errors } = await apply(env, planned);

  expect(errors).toEqual(all('StalePlanError'));
  expect(run.status).toBe('failed');
  expect(written(env)).toBe(0);
});

test('leaves a resource unchanged when another apply has made the same change', async () => {
  const env = await createEnv();
  const planned = await plan(env);
  const one = planned.resources.filter(({ desired }) => desired.key === bucket);
  await apply(env, { ...planned, resources: one }, 'meanwhile');

  const { outcomes, run } = await apply(env, planned);

  expect(outcomes).toEqual({ ...all('written'), ...forNobody, [bucket]: 'unchanged' });
  expect(run.status).toBe('succeeded');
});

test('ends two applies of one plan as succeeded with one write for each resource', async () => {
  const env = await createEnv();
  const [mine, yours] = [await plan(env), await plan(env)];
  env.organization.resetCalls();

  const applied = await Promise.all([apply(env, mine, 'mine'), apply(env, yours, 'yours')]);

  expect(applied.map(({ run }) => run.status)).toEqual(['succeeded', 'succeeded']);
  expect(named(env)).toEqual(due(env));
  for (const resource of everything) {
    const outcomes = applied.map(({ outcomes: each }) => each[resource]).sort();
    expect(outcomes).toEqual(resource === secret ? ['unchanged', 'unchanged'] : ['unchanged', 'written']);
  }
});

test('ends two simultaneous applies for two accounts as succeeded', async () => {
  const env = await createEnv();
  const [mine, yours] = [await plan(env, own), await plan(env, '444444444444')];

  const applied = await Promise.all([apply(env, mine, 'mine'), apply(env, yours, 'yours')]);

  expect(applied.map(({ run }) => run.status)).toEqual(['succeeded', 'succeeded']);
});

/** An apply that was killed while it held the bucket. */
async function killed({ store, clock }: TestEnv) {
  const until = clock.now() + leaseDuration;
  await store.leases.acquire(bucket, 'killed#1', clock.now(), until);
  await store.runs.put({
    runId: 'killed',
    status: 'running',
    startedAt: '2026-03-02T09:00:00.000Z',
    cause: 'apply',
    accountIds: [],
    startedBy: 'ana@laptop',
  });
  return {
    runId: 'killed',
    startedBy: 'ana@laptop',
    until: new Date(until).toISOString(),
    resources: [bucket],
  };
}

test('waits for the lease that a killed apply still holds, prints its holder and its expiry, and then continues', async () => {
  const env = await createEnv();
  const planned = await plan(env);
  const holder = await killed(env);
  const start = env.clock.now();
  const held: unknown[] = [];

  const run = await applyPlan(env.services, {
    runId: 'again',
    plan: planned,
    onWait: (each) => held.push(each),
  });

  expect(held).toEqual([holder]);
  expect(run.status).toBe('succeeded');
  expect(named(env)).toEqual(due(env));
  expect(env.clock.now() - start).toBeGreaterThanOrEqual(leaseDuration);
  expect(env.clock.now() - start).toBeLessThan(leaseDuration + 10_000);
});

test('ends as busy, and names the holder, when a resource is held for longer than a lease lasts', async () => {
  const env = await createEnv({
    around: ({ leases }) => ({
      leases: {
        ...leases,
        acquire: async (resource, owner, now, until) =>
          resource === bucket
            ? { taken: false, owner: 'other#1', until: now + leaseDuration }
            : leases.acquire(resource, owner, now, until),
      },
    }),
  });
  const { run, outcomes } = await apply(env, await plan(env));

  expect(outcomes).toEqual({ ...all('written'), ...forNobody, [bucket]: 'busy' });
  expect(run.unresolved).toEqual([
    expect.stringMatching(/busy: ResourceBusyError: .* is held by run other until 2/),
  ]);
});

test('stops waiting and begins no other resource when the operator interrupts', async () => {
  const env = await createEnv();
  const planned = await plan(env);
  await killed(env);
  let interrupted = false;

  const run = await applyPlan(env.services, {
    runId: 'again',
    plan: planned,
    onWait: () => {
      interrupted = true;
    },
    isInterrupted: () => interrupted,
  });

  expect(run).toMatchObject({
    status: 'failed',
    reason: expect.stringMatching(/^Interrupted by the operator/),
  });
  expect(run.unresolved).toEqual([expect.stringContaining(`${bucket}: `)]);
  const free = await env.store.leases.acquire(repository, 'test', env.clock.now(), env.clock.now() + 1);
  expect(free.taken).toBe(true);
});

test('does not add accounts that do not fit into the policy, and prints the same message as a run', async () => {
  const env = await createEnv();
  env.organization.editPolicy('repository', [...env.organization.world.repositories.keys()][0] ?? '', {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Full',
        Effect: 'Deny',
        Principal: '*',
        Action: Array.from({ length: 508 }, (_, index) => `ecr:SomeAction${index}`),
      },
    ],
  });
  const { outcomes, errors, run } = await apply(env, await plan(env));

  expect([outcomes[repository], errors[repository]]).toEqual(['held', 'PolicyTooLargeError']);
  expect(run.unresolved).toEqual([expect.stringContaining(`${repository}: no room: PolicyTooLargeError`)]);
});

test('skips a resource that the plan could not read, even if it exists again', async () => {
  const env = await createEnv();
  const gone = env.organization.world.buckets.get('example-logs');
  env.organization.world.buckets.delete('example-logs');
  const planned = await plan(env);
  if (gone !== undefined) env.organization.world.buckets.set('example-logs', gone);

  const { outcomes, errors } = await apply(env, planned);

  expect(outcomes).toEqual({ ...all('written'), ...forNobody, [bucket]: 'failed' });
  expect(errors[bucket]).toBe('ResourceMissingError');
});

test.each([
  ['everybody', undefined, 'succeeded'],
  ['the rejected account itself', own, 'failed'],
])('excludes an account that AWS rejects from a plan for %s', async (_, accountId, status) => {
  const env = await createEnv({ prepare: (organization) => organization.refusePrincipal(own) });
  const { outcomes, run } = await apply(env, await plan(env, accountId));

  expect(outcomes[repository]).toBe('held');
  expect(run.status).toBe(status);
});
