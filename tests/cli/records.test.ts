import { expect, test } from '@jest/globals';
import type { Io } from '../../cli/terminal.ts';
import { exampleConfiguration, objectOf, run } from '../fixtures/screen.ts';

type Outsiders = NonNullable<Io['outsiders']>;

const simulated = ['--simulate', '--config', exampleConfiguration];
const bucket = 's3-bucket-policy/222222222222/eu-west-1/example-org-flow-logs';
const command = (argv: readonly string[], outsiders: Outsiders = () => {}) =>
  run([...argv, ...simulated], { outsiders });

const startedAt = '2020-01-01T00:00:00.000Z';
const open = { runId: 'open-run', status: 'running', startedAt, accountIds: ['111111111111'] } as const;

/** A run that has written one of two resources. */
const underWay: Outsiders = async (_, { store }) => {
  await store.runs.put(open);
  await store.runs.putChange('open-run', { resource: bucket, planned: 'change', outcome: 'written' });
  await store.runs.putChange('open-run', { resource: `${bucket}-2`, planned: 'change' });
};

test('prints what a run did to each resource', async () => {
  const argv = ['status', '--run', 'everyone-before'];
  const { code, stdout } = await command(argv);
  const json = objectOf(await command([...argv, '--json']));

  expect(code).toBe(0);
  expect(stdout).toMatch(/succeeded {2}manual {2}everyone-before: 13 of 13 resources written/);
  expect(stdout).toContain('Accounts: management (111111111111)');
  expect(stdout).toMatch(/✓ written +S3 bucket policy +example-org-flow-logs/);
  expect(json).toMatchObject({ status: 'succeeded', accountId: '111111111111', pendingResources: [] });
});

test('exits with 2 and prints the progress of a run when the run has not ended', async () => {
  const argv = ['status', '--run', 'open-run'];
  const { code, stdout } = await command(argv, underWay);
  const json = objectOf(await command([...argv, '--json'], underWay));

  expect(code).toBe(2);
  expect(stdout).toContain('1 of 2 resources done');
  expect(stdout).not.toContain('failed');
  expect(json).toMatchObject({ pendingResources: [`${bucket}-2`], resources: [{ outcome: 'written' }] });
});

test('exits with 1 when the last run of an account failed', async () => {
  const { code, stdout } = await command(['status', '--account', '111111111111'], async (_, { store }) => {
    const failed = { runId: 'bad', status: 'failed', startedAt: '2999-01-01T00:00:00.000Z' } as const;
    await store.runs.put({ ...failed, accountIds: ['111111111111'], unresolved: ['a bucket is missing'] });
  });

  expect(code).toBe(1);
  expect(stdout).toMatch(/^management \(111111111111\) is ACTIVE, in the root$/m);
  expect(stdout).toContain('- a bucket is missing');
});

test('lists all runs that have not ended', async () => {
  expect(await command(['status'])).toMatchObject({ code: 0, stdout: expect.stringContaining('No run') });
  const { code, stdout } = await command(['status'], underWay);
  expect([code, stdout]).toEqual([2, `${startedAt}  running  open-run\n`]);
});

test('refuses records of a run or an account that does not exist, and an invalid limit', async () => {
  expect((await command(['status', '--run', 'nobody'])).stderr).toContain('no run of this name is on record');
  expect((await command(['status', '--account', '999988887777'])).stderr).toContain('onboarding import');
  expect((await command(['history'])).code).toBe(64);
  expect((await command(['history', '--account', '12'])).code).toBe(64);
  expect((await command(['history', '--resource', 'a', '--limit', '0'])).code).toBe(64);
});

test('lists the runs that wrote a resource', async () => {
  const argv = ['history', '--resource', 'example-org-flow-logs'];
  const { code, stdout } = await command([...argv, '--limit', '1'], underWay);
  const json = objectOf(await command([...argv, '--json'], underWay));

  expect(code).toBe(0);
  expect(stdout).toMatch(/everyone-before.*\n {4}written, gave 2 accounts access\n1 older run not shown/);
  expect(json).toMatchObject({ total: 2, runs: [{ runId: 'everyone-before' }, { runId: 'open-run' }] });
});

test("lists the resources on which runs changed an account's access", async () => {
  const { stdout } = await command(['history', '--account', '111111111111']);

  expect(stdout).toContain(
    '    s3-bucket-policy/222222222222/eu-west-1/example-org-cloudtrail: access given',
  );
  expect(stdout).not.toContain('deploy/runner-token');
});

test('lists for each lease its holder and its end', async () => {
  const lock: Outsiders = async (_, { store, clock }) => {
    await store.leases.acquire(bucket, 'run-7#x', clock.now(), Date.parse('2999-01-01T00:00:00Z'));
  };
  const { code, stdout } = await command(['locks'], lock);

  expect(code).toBe(0);
  expect(stdout).toContain(`${bucket}  run-7  until 2999-01-01T00:00:00.000Z`);
  expect(objectOf(await command(['locks', '--json']))).toEqual({
    status: 'succeeded',
    locks: [],
    warnings: [],
  });
});

test('requires ONBOARDING_TABLE when records of AWS are read', async () => {
  expect((await run(['locks'])).stderr).toContain('ONBOARDING_TABLE is not set');
});
