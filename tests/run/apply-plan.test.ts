import { expect, test } from '@jest/globals';
import { importOrganization } from '../../shared/organization/registry.ts';
import { normalisePolicy } from '../../shared/policy/normalise.ts';
import { activateConfiguration } from '../../shared/run/activate.ts';
import { applyPlan } from '../../shared/run/apply-plan.ts';
import { type OverallPlan, planAll } from '../../shared/run/plan-all.ts';
import { activeConfiguration } from '../../shared/services.ts';
import { bucket, everything, repository, secret, small } from '../flows/configurations.ts';
import { due, foreign, named, type World, world, writeCounts } from '../flows/world.ts';

const own = '888888888888';

async function plan({ services, store }: World, accountId?: string): Promise<OverallPlan> {
  return planAll(services, { runId: 'plan', active: await activeConfiguration(store), accountId });
}

async function apply(of: World, planned: OverallPlan, runId = 'apply') {
  const run = await applyPlan(of.services, { runId, plan: planned });
  const changes = await of.store.runs.changes(runId);
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

const written = (of: World): number => Object.keys(writeCounts(of)).length;

test('everybody gets what is due, others keep theirs, and the run is recorded', async () => {
  const of = await world();
  const before = foreign(of);
  const { run, changes } = await apply(of, await plan(of));

  expect(named(of)).toEqual(due(of));
  for (const [resource, documents] of Object.entries(before))
    expect(foreign(of)[resource]?.map(normalisePolicy)).toEqual(documents.map(normalisePolicy));
  expect(run).toMatchObject({ status: 'succeeded', cause: 'apply', accountIds: [] });
  expect(await of.store.runs.get('apply')).toEqual(run);
  expect(changes.find(({ resource }) => resource === bucket)).toMatchObject({
    planned: 'change',
    outcome: 'written',
    before: { policy: expect.anything() },
    after: { policy: expect.anything() },
  });
});

test('the second time there is nothing to write', async () => {
  const of = await world();
  await apply(of, await plan(of));
  of.organisation.resetCalls();

  const { outcomes, run } = await apply(of, await plan(of), 'again');

  expect(outcomes).toEqual(all('unchanged'));
  expect(run.status).toBe('succeeded');
  expect(written(of)).toBe(0);
});

test('a plan for one account writes only the resources that have something for it', async () => {
  const of = await world();
  const { outcomes, run } = await apply(of, await plan(of, own));

  expect(run.accountIds).toEqual([own]);
  expect(outcomes).toMatchObject({ [bucket]: 'written', [repository]: 'written' });
  expect(outcomes).not.toHaveProperty([secret]);
});

test.each<[string, (of: World) => Promise<unknown>]>([
  [
    'the registry',
    async ({ organisation, services, store, clock }) => {
      organisation.addAccount({ id: '999999999999', name: 'new' });
      await importOrganization({
        registry: store.registry,
        organizations: services.hub.organizations,
        clock,
      });
    },
  ],
  [
    'the configuration in force',
    ({ services }) => activateConfiguration(services, small(['bucket', 'key']), 'somebody'),
  ],
])('where %s has moved since the plan, nothing is written', async (_, move) => {
  const of = await world();
  const planned = await plan(of);
  await move(of);

  const { run, errors } = await apply(of, planned);

  expect(errors).toEqual(all('StalePlanError'));
  expect(run).toMatchObject({ status: 'failed', left: expect.arrayContaining([expect.any(String)]) });
  expect(written(of)).toBe(0);
});

test('a resource that another run was at meanwhile is left, and the others are written', async () => {
  const of = await world();
  const planned = await plan(of);
  const one = planned.resources.filter(({ desired }) => desired.key === bucket);
  await apply(of, { ...planned, resources: one }, 'meanwhile');

  const { outcomes, errors, run } = await apply(of, planned);

  expect(outcomes).toEqual({ ...all('written'), ...forNobody, [bucket]: 'failed' });
  expect(errors[bucket]).toBe('StalePlanError');
  expect(run.left).toEqual([expect.stringMatching(/example-logs: failed: StalePlanError: .* another run/)]);
});

test('what could not be planned is not tried, though it has come back since', async () => {
  const of = await world();
  const gone = of.organisation.world.buckets.get('example-logs');
  of.organisation.world.buckets.delete('example-logs');
  const planned = await plan(of);
  if (gone !== undefined) of.organisation.world.buckets.set('example-logs', gone);

  const { outcomes, errors } = await apply(of, planned);

  expect(outcomes).toEqual({ ...all('written'), ...forNobody, [bucket]: 'failed' });
  expect(errors[bucket]).toBe('ResourceMissingError');
});

test.each([
  ['everybody', undefined, 'succeeded'],
  ['that very account', own, 'failed'],
])('an account that AWS does not accept is set aside, in a plan for %s', async (_, accountId, status) => {
  const of = await world({ prepare: (organisation) => organisation.refusePrincipal(own) });
  const { outcomes, run } = await apply(of, await plan(of, accountId));

  expect(outcomes[repository]).toBe('set-aside');
  expect(run.status).toBe(status);
});
