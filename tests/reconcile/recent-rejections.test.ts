import { expect, test } from '@jest/globals';
import { PolicyTooLargeError } from '../../shared/platform/aws/errors.ts';
import { createRejectionRecord, findRecentlyRejected } from '../../shared/reconcile/recent-rejections.ts';

const now = Date.parse('2026-03-02T09:00:00Z');
const ago = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();
const asked = {
  tried: {
    revision: 5,
    setAside: ['1', '2', '3', '4'],
    refused: { '1': ago(1), '2': ago(14), '3': ago(15) },
  },
  plan: { added: ['1', '2', '3', '4', '5'] },
  named: new Set<string>(),
  accountIds: ['5'],
  now,
};

test('others leave out for a quarter of an hour whom AWS has refused, whoever else was in the document', () => {
  expect(findRecentlyRejected(asked)).toEqual(new Set(['1', '2']));
});

test.each([
  ['by its own run', { accountIds: ['1'] }, ['2']],
  ['by a sweep', { accountIds: [] }, []],
  ['by whoever does not say for whom', { accountIds: undefined }, []],
  ['where nobody was refused', { tried: undefined }, []],
  ['where the resource names it', { named: new Set(['1']) }, ['2']],
  ['where the plan does not add it', { plan: { added: ['2', '5'] } }, ['2']],
  [
    'where the write only takes back',
    { plan: { ...asked.plan, refused: new PolicyTooLargeError('full') } },
    [],
  ],
])('nobody is left out %s who is to be tried', (_, changed, left) => {
  expect(findRecentlyRejected({ ...asked, ...changed })).toEqual(new Set(left));
});

test('each is remembered with when it was refused the last time, and what AWS said', () => {
  const clock = { now: () => now, sleep: async () => {} };
  const ended = { setAside: ['1', '4', '5'], refused: ['5'] };

  const tried = createRejectionRecord(clock, { ...asked.tried, reason: 'no such principal' }, ended, 6);

  expect(tried).toEqual({
    revision: 6,
    setAside: ['1', '4', '5'],
    refused: { '1': ago(1), '5': ago(0) },
    reason: 'no such principal',
  });
  expect(createRejectionRecord(clock, tried, { ...ended, reason: 'another' }, 7).reason).toBe('another');
});
