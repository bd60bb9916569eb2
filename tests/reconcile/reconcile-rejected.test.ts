import { expect, test } from '@jest/globals';
import { findBatchEnd } from '../../shared/reconcile/write-batching.ts';
import { created } from '../fixtures/account-events.ts';
import { reconcile } from '../fixtures/reconcile-bucket.ts';
import { repository, small } from '../fixtures/small-configuration.ts';
import { createEnv, makeReady, named } from '../fixtures/test-env.ts';

const repositoryArn = 'arn:aws:ecr:eu-west-1:444444444444:repository/base/node';

test('counts a resource with a rejected account as not up to date for runs for all accounts', async () => {
  const env = await createEnv({ configuration: small(['repository']) });
  await reconcile(env, { resource: repository });
  const settled = await env.store.resources.get(repository);
  env.organization.refusePrincipal('888888888888');
  await makeReady({
    ...env,
    configuration: small(['repository'], '\nremovalLimits: { accounts: 0, fraction: 0 }'),
  });
  env.organization.editPolicy('repository', repositoryArn, undefined);

  const change = await reconcile(env, { resource: repository, planned: 'change', plannedGeneration: 1 });

  expect(settled?.lastReconciliation?.revision).toBeGreaterThan(0);
  expect(change).toMatchObject({
    outcome: 'held',
    holds: [{ accountId: '888888888888' }],
  });
  expect(await env.store.resources.get(repository)).toMatchObject({
    holds: [{ accountId: '888888888888', reason: 'rejected-principal', rejectedAt: expect.any(String) }],
  });
});

test.each([
  ['one of many accounts', 1, 40_000],
  ['more accounts than 16 writes can separate', 20, 3_000],
])('limits how long the next write of a burst waits when AWS rejects %s', async (_, refused, pause) => {
  const env = await createEnv({ configuration: small(['repository']) });
  for (let index = 0; index < 40; index += 1) {
    const id = String(600_000_000_000 + index);
    env.organization.addAccount({ id, name: id, parentId: 'ou-exam-workload1' });
    if (index < refused) env.organization.refusePrincipal(id);
  }
  await makeReady(env);

  await reconcile(env, { resource: repository });

  const state = await env.store.resources.get(repository);
  const written = Date.parse(state?.lastReconciliation?.at ?? '');
  const now = written + pause - 1_000;
  const registry = { getHead: async () => ({ revision: 1, changedAt: new Date(now).toISOString() }) };
  const clock = { ...env.clock, now: () => now };
  expect((state?.holds ?? []).length).toBeGreaterThanOrEqual(refused);
  expect(await findBatchEnd({ store: { registry }, clock }, state)).toBe(written + pause);
});

test('records blocked removals when the same write excludes a rejected account', async () => {
  const many = Array.from({ length: 12 }, (_, index) => String(600_000_000_000 + index));
  const workload = (id: string) => ({ id, name: id, parentId: 'ou-exam-workload1' });
  const env = await createEnv({
    configuration: small(['repository']),
    prepare: (organization) => {
      for (const id of many) organization.addAccount(workload(id));
    },
  });
  await reconcile(env, { resource: repository });
  const { id } = created(env);
  env.organization.refusePrincipal(id);
  const grants = env.configuration.grants.map((grant) => ({ ...grant, for: { accounts: [id] } }));
  await makeReady({ ...env, configuration: { ...env.configuration, grants } });

  const change = await reconcile(
    env,
    { resource: repository },
    (await env.store.registry.getHead()).revision,
  );

  expect(change).toMatchObject({
    outcome: 'held',
    holds: expect.arrayContaining([
      expect.objectContaining({ accountId: id, reason: 'rejected-principal' }),
      expect.objectContaining({ accountId: many[0], reason: 'removal-limit' }),
    ]),
    error: { name: 'UnsafeChangeError', fields: { accountIds: expect.arrayContaining(many) } },
  });
  expect(named(env)[repository]).toEqual(expect.arrayContaining(many));
});
