import { expect, test } from '@jest/globals';
import { findRecentlyRejected, hasUntried, holdRejected } from '../../shared/reconcile/recent-rejections.ts';
import type { RejectedPrincipalHold } from '../../shared/store/ports.ts';

const now = Date.parse('2026-03-02T09:00:00Z');
const ago = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();
const hold = (accountId: string, rejectedAt?: string, message?: string): RejectedPrincipalHold => ({
  accountId,
  change: 'add',
  reason: 'rejected-principal',
  ...(rejectedAt === undefined ? {} : { rejectedAt }),
  ...(message === undefined ? {} : { message }),
});
const asked = {
  holds: [hold('1', ago(1)), hold('2', ago(14)), hold('3', ago(15)), hold('4')],
  plan: { added: ['1', '2', '3', '4', '5'] },
  named: new Set<string>(),
  accountIds: ['5'],
  now,
};

test('excludes from runs for other accounts an account that AWS rejected less than 15 minutes ago', () => {
  expect(findRecentlyRejected(asked)).toEqual(new Set(['1', '2']));
});

test.each([
  ['in its own run', { accountIds: ['1'] }, ['2']],
  ['in a sweep', { accountIds: [] }, []],
  ['in a run for unknown accounts', { accountIds: undefined }, []],
  ['when none was rejected', { holds: [] }, []],
  ['where the resource names it', { named: new Set(['1']) }, ['2']],
  ['where the plan does not add it', { plan: { added: ['2', '5'] } }, ['2']],
])('returns the recently rejected accounts to exclude %s', (_, changed, left) => {
  expect(findRecentlyRejected({ ...asked, ...changed })).toEqual(new Set(left));
});

test('stores, for each rejected account, the time and the message of AWS', () => {
  const clock = { now: () => now, sleep: async () => {} };
  const ended = { excluded: ['1', '4', '5'], rejected: ['5'] };
  const before = [hold('1', ago(1), 'no such principal'), hold('4')];

  const held = holdRejected(clock, before, ended);

  expect(held).toEqual([hold('1', ago(1), 'no such principal'), hold('4'), hold('5', ago(0))]);
  expect(holdRejected(clock, held, { ...ended, reason: 'another', ambiguous: true })).toEqual(
    ['1', '4', '5'].map((id) => ({
      ...held.find(({ accountId }) => accountId === id),
      message: 'another',
      ambiguous: true,
    })),
  );
});

test.each([
  ['no account is excluded', [], false],
  ['AWS rejected each account by itself', [hold('1', ago(1))], false],
  ['an account is only suspected', [hold('1', ago(1)), hold('4')], true],
])('returns whether a search left accounts untried when %s', (_, holds, expected) => {
  expect(hasUntried(holds)).toBe(expected);
});
