import { expect, test } from '@jest/globals';
import { deploymentOf } from '../../shared/iam/managed-statements.ts';
import { activateConfiguration } from '../../shared/runs/activate.ts';
import { bucket, key } from './configurations.ts';
import { created, workloads } from './events.ts';
import { due, foreign, named, onboard, outcomes, world, writeCounts } from './flows-fixture.ts';
import { announcements, operationCount, readCounts, sweep, swept } from './sweeps.ts';

test('where nothing has to change, each resource is read once, nothing is written and nothing announced', async () => {
  const of = await swept();

  const ended = await sweep(of);

  expect(ended).toMatchObject({ status: 'SUCCEEDED', run: { status: 'succeeded', cause: 'sweep' } });
  expect(ended.run.counts).toMatchObject({ changed: 0, equal: 5, written: 0, failed: 0, closedRuns: 0 });
  expect(Object.values(readCounts(of))).toEqual([1, 1, 1, 1, 1]);
  expect(writeCounts(of)).toEqual({});
  expect(announcements(of)).toEqual([]);
});

test('an account whose event never came gets what it is due', async () => {
  const of = await swept();
  const { id } = created(of);

  const ended = await sweep(of);

  expect(ended.run).toMatchObject({ status: 'succeeded', counts: { changed: 1, written: 3 } });
  expect(named(of)).toEqual(due(of));
  expect(named(of)[bucket]).toContain(id);
  expect(announcements(of)).toEqual(['Organization Swept']);
  expect(of.organization.world.messages).toMatchObject([{ Subject: 'Organization Swept' }]);
});

test('what an account has is taken back when it has left unnoticed', async () => {
  const of = await swept();
  const { id } = created(of);
  await sweep(of);
  of.organization.removeAccount(id);

  const ended = await sweep(of);

  expect(ended.run.counts).toMatchObject({ changed: 1, departed: 1, written: 3 });
  expect(await of.store.registry.account(id)).toMatchObject({ state: 'DEPARTED' });
  expect(Object.values(named(of)).flat()).not.toContain(id);
  expect(named(of)).toEqual(due(of));
});

test('an account that left and joined again is given its access again', async () => {
  const of = await swept();
  const { id } = created(of);
  await sweep(of);
  of.organization.removeAccount(id);
  await sweep(of);
  of.organization.addAccount({ id, name: 'back again', parentId: workloads });

  const ended = await sweep(of);

  expect(ended.run.counts).toMatchObject({ changed: 1, departed: 0 });
  expect(named(of)).toEqual(due(of));
});

test('what others took out of our statements is put back, and what they wrote beside them stays', async () => {
  const of = await swept();
  const before = foreign(of);
  const policy = of.organization.policyOf('bucket', 'example-logs');
  const Statement = policy?.Statement.filter(({ Sid }) => deploymentOf(Sid) !== 'flows') ?? [];
  of.organization.editPolicy('bucket', 'example-logs', { Version: '2012-10-17', ...policy, Statement });

  const ended = await sweep(of);

  expect(outcomes(ended)).toMatchObject({ [bucket]: 'written', [key]: 'unchanged' });
  expect(writeCounts(of)).toEqual({ 'example-logs': 1 });
  expect(named(of)).toEqual(due(of));
  expect(foreign(of)).toEqual(before);
});

test('the first sweep of an existing organization writes each resource once', async () => {
  const of = await world({
    prepare: (organization) => {
      for (let number = 0; number < 40; number += 1)
        organization.addAccount({ id: String(700_000_000_000 + number), name: `old-${number}` });
    },
  });

  const ended = await sweep(of);

  expect(ended.run).toMatchObject({ status: 'succeeded', counts: { written: 4, equal: 1 } });
  expect(named(of)).toEqual(due(of));
  expect(writeCounts(of)).toMatchObject({ 'example-logs': 1, 'base/node': 1 });
});

test('the sweep fills a registry that was never imported, and makes it ready', async () => {
  const of = await world({ ready: false });
  const { configuration, services } = of;
  await activateConfiguration(services, configuration, 'the test');

  const ended = await sweep(of);

  expect(ended.run.status).toBe('succeeded');
  expect(await of.store.registry.readySince()).toBeDefined();
  expect(named(of)).toEqual(due(of));
});

test('a sweep without a configuration in force fails with the reason, and writes nothing', async () => {
  const of = await world({ ready: false });

  const ended = await sweep(of);

  expect(ended).toMatchObject({ status: 'FAILED', error: 'SweepFailed' });
  expect(ended.run).toMatchObject({ status: 'failed', error: { name: 'ConfigurationMismatchError' } });
  expect(announcements(of)).toEqual(['Organization Sweep Failed']);
  expect(writeCounts(of)).toEqual({});
});

test('an account that was set aside is tried again by each sweep, until AWS accepts it', async () => {
  const of = await swept();
  const { id } = created(of);
  of.organization.refusePrincipal(id);

  const refused = await sweep(of);
  const again = await sweep(of);
  of.organization.acceptPrincipal(id);
  const accepted = await sweep(of);

  for (const ended of [refused, again]) {
    expect(ended.run.counts).toMatchObject({ setAside: 1 });
    expect(ended.run.left).toEqual([`${key}: AWS does not accept ${id} as a principal`]);
  }
  expect(accepted.run).toMatchObject({ status: 'succeeded', counts: { setAside: 0, written: 1 } });
  expect(named(of)).toEqual(due(of));
});

test('a sweep after runs finds nothing left to do, and reads once', async () => {
  const of = await swept();
  await onboard(of, created(of).event);
  of.organization.resetCalls();

  const ended = await sweep(of);

  expect(ended.run.counts).toMatchObject({ changed: 0, written: 0, equal: 5 });
  expect(Object.values(readCounts(of))).toEqual([1, 1, 1, 1, 1]);
  expect(operationCount(of, 'DescribeAccount')).toBe(0);
});
