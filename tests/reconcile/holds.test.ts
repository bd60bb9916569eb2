import { expect, it } from '@jest/globals';
import { blockRemoval } from '../../shared/reconcile/hold-removals.ts';
import {
  listHeldAccounts,
  listKeptAccounts,
  mergeHolds,
  toCapacityHold,
} from '../../shared/reconcile/holds.ts';
import type { Hold } from '../../shared/store/ports.ts';
import { activationId, blockedHolds, graceHolds } from '../fixtures/plan-fixture.ts';

const since = '2026-03-01T09:00:00.000Z';
const rejected: Hold = { accountId: '1', change: 'add', reason: 'rejected-principal' };

it('keeps one hold for each account and change, ordered by account, when holds are merged', () => {
  const holds = [
    ...graceHolds({ 3: since }),
    rejected,
    ...graceHolds({ 1: since }),
    ...graceHolds({ 3: since }),
  ];

  expect(mergeHolds(holds)).toEqual([rejected, ...graceHolds({ 1: since, 3: since })]);
});

it('keeps only the blocked removal, with the start of the grace period, when an account has both', () => {
  const blocked = blockRemoval({ activationId }, '1');

  expect(mergeHolds([...graceHolds({ 1: since }), blocked])).toEqual([{ ...blocked, since }]);
  expect(mergeHolds([blocked, ...graceHolds({ 1: since })])).toEqual([{ ...blocked, since }]);
  expect(mergeHolds([{ ...blocked, since: 'earlier' }, ...graceHolds({ 1: since })])).toEqual([
    { ...blocked, since: 'earlier' },
  ]);
});

it('keeps only the rejection when AWS rejects an account that would not fit either', () => {
  expect(mergeHolds([toCapacityHold('1'), rejected])).toEqual([rejected]);
});

it('lists accounts by the reason of their hold, and accounts that keep access', () => {
  const holds = [...graceHolds({ 1: since }), ...blockedHolds(['2']), toCapacityHold('3'), rejected];

  expect(listHeldAccounts(holds, 'removal-limit')).toEqual(['2']);
  expect(listHeldAccounts(holds, 'capacity')).toEqual(['3']);
  expect(listKeptAccounts(holds)).toEqual(['1', '2']);
});
