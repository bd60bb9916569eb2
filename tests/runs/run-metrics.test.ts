import { expect, test } from '@jest/globals';
import { metricUnits } from '../../shared/platform/metrics.ts';
import { measureRun } from '../../shared/runs/run-metrics.ts';
import type { ResourceChange, RunRecord } from '../../shared/store/ports.ts';

const bucket = 's3-bucket-policy/222222222222/us-east-1/logs';
const key = 'kms-key-policy/444444444444/us-east-1/key-1';

const run: RunRecord = {
  runId: 'run',
  status: 'succeeded',
  eventTime: '2026-03-02T09:00:00.000Z',
  startedAt: '2026-03-02T09:00:02.000Z',
  finishedAt: '2026-03-02T09:00:08.500Z',
  cause: 'created',
  accountIds: ['111122223333'],
  readiness: { ready: true, counts: { verified: 4 }, reasons: [] },
};

const measure = (changed: Partial<RunRecord>, changes: readonly ResourceChange[] = []) =>
  Object.fromEntries(
    measureRun({ ...run, ...changed }, changes)
      .filter(({ kind }) => kind === undefined)
      .map(({ name, value }) => [name, value]),
  );

test('counts the onboarded account and the seconds from its event', () => {
  expect(measure({})).toMatchObject({ AccountsOnboarded: 1, TimeToReady: 8.5 });
});

test.each<[string, Partial<RunRecord>, readonly string[]]>([
  ['the run failed', { status: 'failed' }, ['AccountsOnboarded', 'TimeToReady']],
  ['an access is not proven', { readiness: { ready: 'unproven', counts: {}, reasons: [] } }, ['TimeToReady']],
  ['an operator had to approve', { waitingUntil: '2026-03-03T09:00:00.000Z' }, ['TimeToReady']],
])('measures no time to ready when %s', (_, changed, absent) => {
  expect(Object.keys(measure(changed))).not.toEqual(expect.arrayContaining([...absent]));
  for (const name of absent) expect(measure(changed)).not.toHaveProperty(name);
});

test('counts no account when the account lost its access', () => {
  const { readiness: _, ...closed } = run;

  expect(measureRun(closed, []).map(({ name }) => name)).not.toContain('AccountsOnboarded');
});

test('counts writes, conflicts and locked resources', () => {
  const changes: readonly ResourceChange[] = [
    { resource: 'a', outcome: 'written' },
    { resource: 'b', outcome: 'held', wrote: true },
    { resource: 'c', outcome: 'unchanged' },
    { resource: 'd', outcome: 'conflict' },
    { resource: 'e', outcome: 'busy' },
  ];

  expect(measure({}, changes)).toMatchObject({ PolicyWrites: 2, Conflicts: 1, LockedResources: 1 });
});

test('counts each account with a hold once, even if several resources hold it', () => {
  const holds = [
    { accountId: '1', change: 'add', reason: 'rejected-principal' },
    { accountId: '2', change: 'remove', reason: 'removal-limit', activationId: 'a' },
  ] as const;
  const changes: readonly ResourceChange[] = [
    { resource: 'a', outcome: 'held', holds },
    { resource: 'b', outcome: 'held', holds },
  ];

  expect(measure({}, changes)).toMatchObject({ RejectedPrincipals: 1, BlockedRemovals: 1 });
});

test('publishes zeros when nothing happened', () => {
  expect(measure({})).toMatchObject({
    PolicyWrites: 0,
    Conflicts: 0,
    LockedResources: 0,
    RejectedPrincipals: 0,
    BlockedRemovals: 0,
  });
});

test('measures the capacity of the fullest resource of each kind', () => {
  const changes: readonly ResourceChange[] = [
    { resource: bucket, size: 5_120, limit: 20_480 },
    { resource: `${bucket}-2`, size: 18_432, limit: 20_480 },
    { resource: key, size: 8_192, limit: 32_768 },
    { resource: 'ami-launch-permission/444444444444/us-east-1/ami-1' },
  ];

  expect(measureRun(run, changes).filter(({ name }) => name === 'CapacityUsed')).toEqual([
    { name: 'CapacityUsed', value: 90 },
    { name: 'CapacityUsed', value: 90, kind: 's3-bucket-policy' },
    { name: 'CapacityUsed', value: 25, kind: 'kms-key-policy' },
  ]);
});

test('measures no negative time when the clock of the event is ahead', () => {
  expect(measure({ eventTime: '2026-03-02T09:01:00Z' })).toMatchObject({ TimeToReady: 0 });
});

test('uses names and units of CloudWatch only', () => {
  for (const [name, unit] of Object.entries(metricUnits)) {
    expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(['Count', 'Seconds', 'Percent']).toContain(unit);
  }
});
