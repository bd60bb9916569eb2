import { expect, test } from '@jest/globals';
import type { Statement } from '../../shared/iam/document.ts';
import {
  diffUnmanagedStatements,
  listUnmanagedStatements,
} from '../../shared/reconcile/unmanaged-changes.ts';

const statement = (index: number): Statement => ({
  Sid: `${'Long'.repeat(40)}${index}`,
  Effect: 'Allow',
  Principal: { AWS: '111122223333' },
  Action: `s3:Get${index}`,
});

const documents = (count: number) => ({
  policy: { Statement: Array.from({ length: count }, (_, index) => statement(index)) },
});

test('stores few bytes when a policy has very many unmanaged statements', () => {
  const kept = listUnmanagedStatements(documents(400), 'prod');

  // One entry stands for the head.
  expect(kept).toHaveLength(401);
  expect(JSON.stringify(kept).length).toBeLessThan(30_000);
  expect(kept.every(({ label }) => label.length <= 64)).toBe(true);
});

test('counts a statement after the first hundred as vanished, without its name', () => {
  const all = listUnmanagedStatements(documents(400), 'prod');
  const last = all.at(-1);

  expect(diffUnmanagedStatements(all, all.slice(0, -1))).toEqual([{ kind: 'vanished', label: last?.label }]);
});

test('stores nothing about managed statements', () => {
  const ours = { policy: { Statement: [{ ...statement(1), Sid: 'AccountOnboardingprodLogsWrite' }] } };

  expect(listUnmanagedStatements(ours, 'prod')).toEqual([]);
  expect(listUnmanagedStatements(ours, 'other')).toHaveLength(2);
});

test('tells equal statements apart by their number', () => {
  const [one] = listUnmanagedStatements(documents(1), 'prod');
  if (one === undefined) throw new Error('There is no statement');

  expect(diffUnmanagedStatements([one, one], [one])).toEqual([{ kind: 'vanished', label: one.label }]);
  expect(diffUnmanagedStatements([one], [one, one])).toEqual([{ kind: 'appeared', label: one.label }]);
});
