import { expect, test } from '@jest/globals';
import type { Statement } from '../../shared/iam/document.ts';
import { unmanagedChanges, unmanagedStatements } from '../../shared/reconcile/unmanaged-changes.ts';

const statement = (index: number): Statement => ({
  Sid: `${'Long'.repeat(40)}${index}`,
  Effect: 'Allow',
  Principal: { AWS: '111122223333' },
  Action: `s3:Get${index}`,
});

const documents = (count: number) => ({
  policy: { Statement: Array.from({ length: count }, (_, index) => statement(index)) },
});

test('keeps few bytes when a policy has very many unmanaged statements', () => {
  const kept = unmanagedStatements(documents(400), 'prod');

  expect(kept).toHaveLength(400);
  expect(JSON.stringify(kept).length).toBeLessThan(30_000);
  expect(kept.every(({ label }) => label.length <= 64)).toBe(true);
});

test('counts a statement beyond the hundredth as vanished, without its name', () => {
  const all = unmanagedStatements(documents(400), 'prod');
  const last = all.at(-1);

  expect(unmanagedChanges(all, all.slice(0, -1))).toEqual([{ kind: 'vanished', label: last?.label }]);
});

test('keeps no managed statement', () => {
  const ours = { policy: { Statement: [{ ...statement(1), Sid: 'AccountOnboardingprodLogsWrite' }] } };

  expect(unmanagedStatements(ours, 'prod')).toEqual([]);
  expect(unmanagedStatements(ours, 'other')).toHaveLength(1);
});

test('tells statements of one meaning apart by their number', () => {
  const [one] = unmanagedStatements(documents(1), 'prod');
  if (one === undefined) throw new Error('There is no statement');

  expect(unmanagedChanges([one, one], [one])).toEqual([{ kind: 'vanished', label: one.label }]);
  expect(unmanagedChanges([one], [one, one])).toEqual([{ kind: 'appeared', label: one.label }]);
});
