import { expect, test } from '@jest/globals';
import type { AccessResult } from '../../shared/reconcile/access-result.ts';
import { computeReadiness, formatReadiness, withoutProof } from '../../shared/reconcile/readiness.ts';
import type { AccessStatus, Ready } from '../../shared/store/readiness.ts';

const resultOf = (status: AccessStatus, more: Partial<AccessResult> = {}): AccessResult => ({
  resource: 's3-bucket-policy/222222222222/eu-central-1/example-logs',
  accountId: '555566667777',
  grant: 'database',
  who: 'Role app of orders (555566667777)',
  what: 'read the secret db',
  status,
  ...(status === 'verified' ? {} : { reason: `because it is ${status}` }),
  ...more,
});

const readinessOf = (results: readonly AccessResult[]) => {
  const readiness = computeReadiness(results);
  if (readiness === undefined) throw new Error('no readiness');
  return readiness;
};

test.each<[readonly AccessStatus[], Ready, string]>([
  [['verified'], true, 'Ready: 1 access verified'],
  [['verified', 'verified'], true, 'Ready: 2 accesses verified'],
  [['verified', 'central-only'], 'unproven', 'Unproven: 1 of 2 accesses verified, 1 central only'],
  [['unknown'], 'unproven', 'Unproven: 0 of 1 access verified, 1 unknown'],
  [['central-only', 'unknown'], 'unproven', 'Unproven: 0 of 2 accesses verified, 1 unknown, 1 central only'],
  [['verified', 'pending'], false, 'Not ready: 1 of 2 accesses verified, 1 pending'],
  [['verified', 'denied'], false, 'Not ready: 1 of 2 accesses verified, 1 denied'],
  [['unknown', 'pending'], false, 'Not ready: 0 of 2 accesses verified, 1 pending, 1 unknown'],
  [['central-only', 'denied'], false, 'Not ready: 0 of 2 accesses verified, 1 denied, 1 central only'],
])('computes readiness when the accesses are %j', (statuses, ready, text) => {
  const readiness = readinessOf(statuses.map((status) => resultOf(status)));

  expect(readiness.ready).toBe(ready);
  expect(formatReadiness(readiness)).toBe(text);
});

test('states no readiness when there is no access', () => {
  expect(computeReadiness([])).toBeUndefined();
});

test('states no reason when every access is verified', () => {
  expect(readinessOf([resultOf('verified')]).reasons).toEqual([]);
});

test('states one reason for each status and cause when several accesses share it', () => {
  const unread = { reason: 'the member account was not read' };
  const readiness = readinessOf([
    ...['a', 'b', 'c', 'd'].map((what) => resultOf('central-only', { ...unread, what })),
    resultOf('denied', { reason: 'the statement Frozen denies it' }),
  ]);

  expect(readiness.counts).toEqual({ 'central-only': 4, denied: 1 });
  expect(readiness.reasons).toEqual([
    'denied (1): the statement Frozen denies it. Affected: Role app of orders (555566667777) read the secret db',
    'central only (4): the member account was not read. Affected: Role app of orders (555566667777) a; ' +
      'Role app of orders (555566667777) b; Role app of orders (555566667777) c; and 1 more',
  ]);
});

test.each<[AccessStatus, Ready]>([
  ['verified', 'unproven'],
  ['unknown', 'unproven'],
  ['denied', false],
])('calls a failed run not ready when its accesses are %s', (status, ready) => {
  expect(withoutProof(readinessOf([resultOf(status)]), 'the run failed')?.ready).toBe(ready);
});

test('lists one sign-in for each role when several groups may assume it', () => {
  const signInOf = (name: string) => ({ roleArn: `arn:aws:iam::555566667777:role/${name}`, profile: [] });
  const results = ['A', 'A', 'B'].map((name) => resultOf('verified', { signIn: signInOf(name) }));

  expect(readinessOf(results).signIns).toEqual([signInOf('A'), signInOf('B')]);
});

test('lists no sign-in when the results are of several accounts or the run failed', () => {
  const signIn = { roleArn: 'arn:aws:iam::555566667777:role/A', profile: [] };
  const one = resultOf('verified', { signIn });

  expect(readinessOf([one, resultOf('verified', { accountId: '111122223333' })])).not.toHaveProperty(
    'signIns',
  );
  expect(withoutProof(readinessOf([one]), 'the run failed')).not.toHaveProperty('signIns');
  expect(withoutProof(readinessOf([one, resultOf('denied')]), 'the run failed')).not.toHaveProperty(
    'signIns',
  );
});
