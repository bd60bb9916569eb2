import { expect, test } from '@jest/globals';
import { installationOf } from '../../shared/iam/managed-statements.ts';
import { activateConfiguration } from '../../shared/runs/activate.ts';
import { created, workloads } from '../fixtures/account-events.ts';
import { bucket, key } from '../fixtures/small-configuration.ts';
import { announcements, createSweptEnv, operationCount, readCounts, sweep } from '../fixtures/sweeps.ts';
import { createEnv, due, foreign, named, onboard, outcomes, writeCounts } from '../fixtures/test-env.ts';

test('reads each resource once, and writes and announces nothing, when nothing has to change', async () => {
  const env = await createSweptEnv();

  const ended = await sweep(env);

  expect(ended).toMatchObject({ status: 'SUCCEEDED', run: { status: 'succeeded', cause: 'sweep' } });
  expect(ended.run.counts).toMatchObject({ changed: 0, equal: 5, written: 0, failed: 0, closedRuns: 0 });
  expect(Object.values(readCounts(env))).toEqual([1, 1, 1, 1, 1]);
  expect(writeCounts(env)).toEqual({});
  expect(announcements(env)).toEqual([]);
});

test('grants access to an account whose event never came', async () => {
  const env = await createSweptEnv();
  const { id } = created(env);

  const ended = await sweep(env);

  expect(ended.run).toMatchObject({ status: 'succeeded', counts: { changed: 1, written: 3 } });
  expect(named(env)).toEqual(due(env));
  expect(named(env)[bucket]).toContain(id);
  expect(announcements(env)).toEqual(['Organization Swept']);
  expect(env.organization.world.messages).toMatchObject([{ Subject: 'Organization Swept' }]);
});

test('revokes access of an account that left unnoticed', async () => {
  const env = await createSweptEnv();
  const { id } = created(env);
  await sweep(env);
  env.organization.removeAccount(id);

  const ended = await sweep(env);

  expect(ended.run.counts).toMatchObject({ changed: 1, departed: 1, written: 3 });
  expect(await env.store.registry.getAccount(id)).toMatchObject({ state: 'DEPARTED' });
  expect(Object.values(named(env)).flat()).not.toContain(id);
  expect(named(env)).toEqual(due(env));
});

test('restores access of an account that left and joined again', async () => {
  const env = await createSweptEnv();
  const { id } = created(env);
  await sweep(env);
  env.organization.removeAccount(id);
  await sweep(env);
  env.organization.addAccount({ id, name: 'back again', parentId: workloads });

  const ended = await sweep(env);

  expect(ended.run.counts).toMatchObject({ changed: 1, departed: 0 });
  expect(named(env)).toEqual(due(env));
});

test('restores managed statements, and keeps unmanaged ones beside them', async () => {
  const env = await createSweptEnv();
  const before = foreign(env);
  const policy = env.organization.policyOf('bucket', 'example-logs');
  const Statement = policy?.Statement.filter(({ Sid }) => installationOf(Sid) !== 'flows') ?? [];
  env.organization.editPolicy('bucket', 'example-logs', { Version: '2012-10-17', ...policy, Statement });

  const ended = await sweep(env);

  expect(outcomes(ended)).toMatchObject({ [bucket]: 'written', [key]: 'unchanged' });
  expect(writeCounts(env)).toEqual({ 'example-logs': 1 });
  expect(named(env)).toEqual(due(env));
  expect(foreign(env)).toEqual(before);
});

test('writes each resource once in the first sweep of an existing organization', async () => {
  const env = await createEnv({
    prepare: (organization) => {
      for (let number = 0; number < 40; number += 1)
        organization.addAccount({ id: String(700_000_000_000 + number), name: `old-${number}` });
    },
  });

  const ended = await sweep(env);

  expect(ended.run).toMatchObject({ status: 'succeeded', counts: { written: 4, equal: 1 } });
  expect(named(env)).toEqual(due(env));
  expect(writeCounts(env)).toMatchObject({ 'example-logs': 1, 'base/node': 1 });
});

test('fills a registry that was never imported, and marks it as ready', async () => {
  const env = await createEnv({ ready: false });
  const { configuration, services } = env;
  await activateConfiguration(services, configuration, 'the test');

  const ended = await sweep(env);

  expect(ended.run.status).toBe('succeeded');
  expect(await env.store.registry.getReadySince()).toBeDefined();
  expect(named(env)).toEqual(due(env));
});

test('fails with the reason and writes nothing when no configuration is active', async () => {
  const env = await createEnv({ ready: false });

  const ended = await sweep(env);

  expect(ended).toMatchObject({ status: 'FAILED', error: 'SweepFailed' });
  expect(ended.run).toMatchObject({ status: 'failed', error: { name: 'ConfigurationMismatchError' } });
  expect(announcements(env)).toEqual(['Organization Sweep Failed']);
  expect(writeCounts(env)).toEqual({});
});

test('tries a rejected account in each sweep until AWS accepts it', async () => {
  const env = await createSweptEnv();
  const { id } = created(env);
  env.organization.refusePrincipal(id);

  const refused = await sweep(env);
  const again = await sweep(env);
  env.organization.acceptPrincipal(id);
  const accepted = await sweep(env);

  for (const ended of [refused, again]) {
    expect(ended.run.counts).toMatchObject({ held: 1 });
    expect(ended.run.unresolved).toEqual([
      expect.stringMatching(`^${key}: AWS does not accept account-\\d+ \\(${id}\\) as a principal$`),
    ]);
  }
  expect(accepted.run).toMatchObject({ status: 'succeeded', counts: { held: 0, written: 1 } });
  expect(named(env)).toEqual(due(env));
});

test('changes nothing in a sweep after runs, and reads each resource once', async () => {
  const env = await createSweptEnv();
  await onboard(env, created(env).event);
  env.organization.resetCalls();

  const ended = await sweep(env);

  expect(ended.run.counts).toMatchObject({ changed: 0, written: 0, equal: 5 });
  expect(Object.values(readCounts(env))).toEqual([1, 1, 1, 1, 1]);
  expect(operationCount(env, 'DescribeAccount')).toBe(0);
});
