import { expect, test } from '@jest/globals';
import { leaseDuration, sendWindow } from '../../shared/apply/lease.ts';
import { reconcileResource } from '../../shared/apply/reconcile.ts';
import { isSettled } from '../../shared/apply/settled.ts';
import { lookForResources } from '../../shared/run/look.ts';
import type { ResourceChange } from '../../shared/store/ports.ts';
import { bucket, repository, small } from '../flows/configurations.ts';
import { created } from '../flows/events.ts';
import { fault, losingTheAnswer, refuse } from '../flows/faults.ts';
import { addRepository, having, images, repositoryKey } from '../flows/patterns.ts';
import { makeReady, named, type World, world } from '../flows/world.ts';

const reconcile = (of: World, planned: Partial<ResourceChange> = {}, revision = 1) =>
  reconcileResource(of.services, { runId: 'run', revision, planned: { resource: bucket, ...planned } });

const isFree = async ({ store, clock }: World) =>
  (await store.leases.acquire(bucket, 'who asks', clock.now(), clock.now() + 1)).taken;

const configuration = small(['bucket']);

test('a first write remembers its revision, its configuration and its marks', async () => {
  const of = await world({ configuration });

  const change = await reconcile(of);

  expect(change).toMatchObject({ resource: bucket, outcome: 'written', before: {}, after: {} });
  expect(await of.store.resources.get(bucket)).toMatchObject({
    appliedRevision: (await of.store.registry.head()).revision,
    generation: 1,
    owned: ['AccountOnboardingflowsLogsCheck', 'AccountOnboardingflowsLogsWrite'],
  });
  expect(await isFree(of)).toBe(true);
});

test('an account that arrives between the holder’s reads is not taken for written', async () => {
  let arrive: (() => Promise<unknown>) | undefined;
  const of = await world({
    configuration,
    around: ({ registry }) => ({
      registry: {
        ...registry,
        accounts: async () => {
          const accounts = await registry.accounts();
          await arrive?.();
          return accounts;
        },
      },
    }),
  });
  const newcomer = { id: '777777777777', name: '', parentIds: [], ouPath: '', tags: {} };
  arrive = () => of.store.registry.put({ ...newcomer, state: 'ACTIVE' }, undefined, '');

  await reconcile(of);

  const registered = await of.store.registry.account(newcomer.id);
  const state = await of.store.resources.get(bucket);
  expect(named(of)[bucket]).not.toContain(newcomer.id);
  const settled = { revision: registered?.revision ?? 0, hash: state?.configurationHash ?? '', grants: [] };
  expect(isSettled(state, settled)).toBe(false);
});

test('without a complete import nothing is written, whoever asks', async () => {
  const of = await world({ configuration, ready: false });

  const change = await reconcile(of);

  expect(change).toMatchObject({ outcome: 'refused', error: { name: 'RegistryNotReadyError' } });
  expect(of.organisation.calls).toEqual([]);
});

test('the marks are remembered before the write is sent', async () => {
  const of = await world({ configuration });
  let remembered: readonly string[] | undefined;
  fault(of, 'PutBucketPolicy', async (_, proceed) => {
    remembered = (await of.store.resources.get(bucket))?.owned;
    return proceed();
  });

  await reconcile(of);

  expect(remembered).toContain('AccountOnboardingflowsLogsWrite');
});

test.each([
  ['no answer', losingTheAnswer, 'ServiceUnavailableError', false],
  ['a fault of AWS', refuse('InternalError', 'broken', 500), 'ServiceUnavailableError', false],
  ['something unknown', async () => Promise.reject(new Error('?')), 'Error', false],
  ['throttling', refuse('SlowDown', 'slow down', 503), 'ThrottledError', true],
  ['a refusal', refuse('AccessDenied', 'no', 403), 'AccessDeniedError', true],
])(
  'after %s the lease is kept or given back, as the write may still take effect',
  async (_, act, name, free) => {
    const of = await world({ configuration });
    fault(of, 'PutBucketPolicy', act);

    const change = await reconcile(of);

    expect(change).toMatchObject({ outcome: 'failed', error: { name } });
    expect(await isFree(of)).toBe(free);
  },
);

test('a holder that is late before its write sends nothing, and leaves what is remembered', async () => {
  const of = await world({ configuration });
  fault(of, 'GetBucketPolicy', async (_, proceed) => {
    const answer = await proceed();
    of.clock.advance(sendWindow);
    return answer;
  });

  const change = await reconcile(of);

  expect(change).toMatchObject({ outcome: 'failed', error: { name: 'LeaseLostError', retryable: true } });
  expect(named(of)[bucket]).toEqual([]);
  expect(await of.store.resources.get(bucket)).toBeUndefined();
});

test('a holder that is late after its write does not replace what the next one remembers', async () => {
  const of = await world({ configuration });
  const next = {
    appliedRevision: 99,
    configurationHash: 'next',
    owned: ['Theirs'],
    generation: 7,
    updatedAt: '',
  };
  fault(of, 'PutBucketPolicy', async (_, proceed) => {
    const answer = await proceed();
    of.clock.advance(leaseDuration);
    await of.store.resources.put(bucket, { ...next, version: 1 });
    return answer;
  });

  const change = await reconcile(of);

  expect(change.error?.name).toBe('LeaseLostError');
  expect(await of.store.resources.get(bucket)).toEqual({ ...next, version: 2 });
});

test.each([
  ['to say that it writes', true, 0],
  ['to say that it has written', undefined, 1],
])('a holder that is frozen on the way %s replaces nothing that came after', async (_, writing, writes) => {
  const theirs = { appliedRevision: 99, configurationHash: 'next', owned: ['Theirs'], generation: 7 };
  const of = await world({
    configuration,
    around: ({ resources }) => ({
      resources: {
        ...resources,
        put: async (resource, state) => {
          const version = (await resources.get(resource))?.version;
          if (state.writing === writing)
            await resources.put(resource, {
              ...theirs,
              ...(version === undefined ? {} : { version }),
              updatedAt: '',
            });
          return resources.put(resource, state);
        },
      },
    }),
  });

  const change = await reconcile(of);

  expect(change).toMatchObject({ outcome: 'failed', error: { name: 'LeaseLostError', retryable: true } });
  expect(await of.store.resources.get(bucket)).toMatchObject(theirs);
  const sent = of.organisation.calls.filter(({ operation }) => operation === 'PutBucketPolicy');
  expect(sent).toHaveLength(writes);
});

test('work that another run has ended since the plan is not done again, and proves nothing by the plan', async () => {
  const of = await world({ configuration });
  await reconcile(of);
  of.organisation.resetCalls();

  const change = await reconcile(of, {
    planned: 'change',
    plannedGeneration: 0,
    before: { policy: null },
    after: { policy: null },
    size: 10,
    limit: 20,
  });

  expect(change).toMatchObject({ outcome: 'unchanged', size: 10, limit: 20 });
  expect(change).not.toHaveProperty('after');
  expect(of.organisation.calls).toEqual([]);
});

test('drift that the plan saw is mended, though the registry has not changed', async () => {
  const of = await world({ configuration });
  await reconcile(of);
  of.organisation.editPolicy('bucket', 'example-logs', undefined);

  const change = await reconcile(of, { planned: 'change', plannedGeneration: 1 });

  expect(change.outcome).toBe('written');
  expect(named(of)[bucket]).not.toEqual([]);
});

test('what failed keeps on record what was planned, and drops how an earlier attempt ended', async () => {
  const of = await world({ configuration });
  fault(of, 'GetBucketPolicy', refuse('AccessDenied', 'no', 403));

  const change = await reconcile(of, {
    planned: 'change',
    before: { policy: null },
    after: { policy: null },
    outcome: 'busy',
    accountIds: ['1'],
  });

  expect(change).toMatchObject({ outcome: 'failed', before: { policy: null }, after: { policy: null } });
  expect(change).not.toHaveProperty('accountIds');
});

test('while an account is set aside the resource is settled for nobody', async () => {
  const of = await world({ configuration: small(['repository']) });
  await reconcile(of, { resource: repository });
  const settled = await of.store.resources.get(repository);
  of.organisation.refusePrincipal('888888888888');
  await makeReady({
    ...of,
    configuration: small(['repository'], '\nsafety: { removalCount: 0, removalShare: 0 }'),
  });
  of.organisation.editPolicy('repository', repositoryArn, undefined);

  const change = await reconcile(of, { resource: repository, planned: 'change', plannedGeneration: 1 });

  expect(settled?.appliedRevision).toBeGreaterThan(0);
  expect(change).toMatchObject({ outcome: 'set-aside', accountIds: ['888888888888'] });
  expect(await of.store.resources.get(repository)).toMatchObject({ appliedRevision: 0 });
});

test.each([
  ['one of many: the next write waits for the crowd', 1, 27_000],
  ['more than 16 writes tell apart: the next write comes soon', 20, 3_000],
])('in a crowd AWS refuses %s', async (_, refused, pause) => {
  const of = await world({ configuration: small(['repository']) });
  await reconcile(of, { resource: repository });
  const before = await of.store.resources.get(repository);
  if (before === undefined) throw new Error('Nothing was written');
  const until = new Date(of.clock.now()).toISOString();
  await of.store.resources.put(repository, { ...before, gathering: { until, pause: 9_000, revision: 0 } });
  for (let index = 0; index < 40; index += 1) {
    const id = String(600_000_000_000 + index);
    of.organisation.addAccount({ id, name: id, parentId: 'ou-exam-workload1' });
    if (index < refused) of.organisation.refusePrincipal(id);
  }
  await makeReady(of);

  await reconcile(of, { resource: repository, planned: 'change', plannedGeneration: before.generation });

  const { gathering, tried, updatedAt = '' } = (await of.store.resources.get(repository)) ?? {};
  expect(tried?.setAside.length).toBeGreaterThanOrEqual(refused);
  expect(Date.parse(gathering?.until ?? '') - Date.parse(updatedAt)).toBe(pause);
});

const repositoryArn = 'arn:aws:ecr:eu-west-1:444444444444:repository/base/node';

test('removals that are withheld are on record, though an account is set aside in the same write', async () => {
  const many = Array.from({ length: 12 }, (_, index) => String(600_000_000_000 + index));
  const workload = (id: string) => ({ id, name: id, parentId: 'ou-exam-workload1' });
  const of = await world({
    configuration: small(['repository']),
    prepare: (organisation) => {
      for (const id of many) organisation.addAccount(workload(id));
    },
  });
  await reconcile(of, { resource: repository });
  const { id } = created(of);
  of.organisation.refusePrincipal(id);
  const grants = of.configuration.grants.map((grant) => ({ ...grant, for: { accounts: [id] } }));
  await makeReady({ ...of, configuration: { ...of.configuration, grants } });

  const change = await reconcile(of, { resource: repository }, (await of.store.registry.head()).revision);

  expect(change).toMatchObject({
    outcome: 'set-aside',
    accountIds: [id],
    error: { name: 'UnsafeChangeError', fields: { accountIds: expect.arrayContaining(many) } },
  });
  expect(named(of)[repository]).toEqual(expect.arrayContaining(many));
});

test('what matches no more since the holder has looked is not written', async () => {
  const key = repositoryKey('base/node');
  const pattern = having(images('["base/*"]'));
  let forget: (() => Promise<unknown>) | undefined;
  const of = await world({
    configuration: pattern,
    around: ({ resources }) => ({
      resources: {
        ...resources,
        put: async (resource, state) => {
          await forget?.();
          return resources.put(resource, state);
        },
      },
    }),
  });
  addRepository(of, 'base/node');
  const look = { runId: 'look', configuration: pattern, where: 'everywhere', keep: true } as const;
  await lookForResources(of.services, look);
  const [found] = await of.store.found.all();
  forget = () =>
    of.store.found.put(
      { search: found?.search ?? '', matching: [], former: [], lookedAt: '', generation: 2 },
      1,
    );

  const change = await reconcile(of, { resource: key });

  expect(change).toMatchObject({
    outcome: 'failed',
    error: { name: 'ConcurrentUpdateError', retryable: true },
  });
  expect(named(of)[key]).toBeUndefined();
  expect(of.organisation.calls.map(({ operation }) => operation)).not.toContain('SetRepositoryPolicy');
});

/** Registers an account, as a run does before it updates anything. */
async function arrive(of: World): Promise<number> {
  const { id } = created(of);
  await makeReady(of);
  return (await of.store.registry.account(id))?.revision ?? 0;
}

/** Each by a run of its own. */
const gather = (of: World, planned: Partial<ResourceChange>, revision: number) =>
  reconcileResource(of.services, {
    runId: `run-${revision}`,
    revision,
    gathers: true,
    planned: { resource: bucket, ...planned },
  });

test('in a crowd a run waits for the next write, which serves it with the others', async () => {
  const of = await world({ configuration });
  await gather(of, {}, await arrive(of));
  await arrive(of);
  await gather(of, {}, await arrive(of));
  const revision = await arrive(of);

  const busy = await gather(of, {}, revision);
  const last = await arrive(of);
  of.clock.advance(40_000);
  const writer = await gather(of, {}, last);
  const served = await gather(of, busy, revision);

  expect(busy).toMatchObject({ outcome: 'busy', error: { name: 'ResourceBusyError', retryable: true } });
  expect(writer.outcome).toBe('written');
  expect(served).toMatchObject({ outcome: 'unchanged' });
  expect(served).not.toHaveProperty('error');
});

test('a person’s plan waits for no crowd', async () => {
  const of = await world({ configuration });
  for (let writes = 1; writes <= 3; writes += 1) {
    await arrive(of);
    await gather(of, {}, await arrive(of));
  }

  expect(await reconcile(of, {}, await arrive(of))).toMatchObject({ outcome: 'written' });
});

test('who gets the lease just after another’s write does not write after it', async () => {
  let overtaken = false;
  const of: World = await world({
    configuration,
    around: ({ leases }) => ({
      leases: {
        ...leases,
        acquire: async (resource, owner, now, until) => {
          if (!overtaken && owner.startsWith('late#')) {
            overtaken = true;
            await gather(of, {}, await arrive(of));
          }
          return leases.acquire(resource, owner, now, until);
        },
      },
    }),
  });
  const revision = await arrive(of);
  const planned = { resource: bucket };

  const change = await reconcileResource(of.services, { runId: 'late', revision, gathers: true, planned });

  expect(overtaken).toBe(true);
  expect(change).toMatchObject({ outcome: 'unchanged' });
  expect((await of.store.resources.get(bucket))?.generation).toBe(1);
});
