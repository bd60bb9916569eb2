import { expect, test } from '@jest/globals';
import { hasNewGrace, isUpToDate, needsReconcileAnyway } from '../../shared/reconcile/is-up-to-date.ts';
import type { LastReconciliation } from '../../shared/store/ports.ts';
import { graceHolds } from '../fixtures/plan-fixture.ts';

const last = (changes: Partial<LastReconciliation> = {}): LastReconciliation => ({
  runId: 'run',
  at: '',
  revision: 5,
  activationId: 'h',
  grants: [],
  generation: 1,
  ...changes,
});

test.each([
  ['nothing was written', undefined, false],
  ['a write has begun, and none has ended', {}, false],
  ['it was written from an earlier revision', { lastReconciliation: last({ revision: 4 }) }, false],
  ['it was written from this revision', { lastReconciliation: last() }, true],
  ['it was written from a later revision', { lastReconciliation: last({ revision: 6 }) }, true],
  ['it was written by another configuration', { lastReconciliation: last({ activationId: 'x' }) }, false],
  ['it was written for other grants', { lastReconciliation: last({ grants: ['images'] }) }, false],
  [
    'another write by the same configuration has begun',
    { lastReconciliation: last(), writeInProgress: 'same-configuration' as const },
    true,
  ],
  [
    'a write by another configuration has begun',
    { lastReconciliation: last(), writeInProgress: 'other-configuration' as const },
    false,
  ],
])('returns whether a resource is up to date when %s', (_, state, expected) => {
  const whole = state && { managed: { sids: [] }, ...state };
  expect(isUpToDate(whole, { revision: 5, activationId: 'h', grants: [] })).toBe(expected);
});

test.each<[string, readonly string[] | undefined, boolean]>([
  ['a run for other accounts', ['500000000002'], true],
  ['a run for the rejected account', ['500000000001', '500000000002'], false],
  ['a sweep', [], false],
  ['a run for unknown accounts', undefined, false],
])(
  'returns whether a resource with a rejected account is up to date for %s: %s',
  (_, accountIds, settled) => {
    const holds = [{ accountId: '500000000001', change: 'add', reason: 'rejected-principal' }] as const;
    const state = { lastReconciliation: last(), holds, managed: { sids: [] } };

    expect(isUpToDate(state, { revision: 5, activationId: 'h', grants: [], accountIds })).toBe(settled);
    expect(isUpToDate(state, { revision: 6, activationId: 'h', grants: [], accountIds })).toBe(false);
  },
);

const error = { name: 'AccessDeniedError', message: 'no', retryable: false };

test.each<[string, Parameters<typeof needsReconcileAnyway>[0], boolean]>([
  ['the plan could not read', { error }, true],
  ['an earlier attempt found busy', { error, outcome: 'busy' }, false],
  ['has changed unmanaged statements', { drift: 'unmanaged-change' }, true],
  ['is equal', { drift: 'equal' }, false],
  ['has no stored state', {}, false],
])('reconciles an up-to-date resource that %s: %j', (_, change, worth) => {
  expect(needsReconcileAnyway(change)).toBe(worth);
});

test.each([
  ['the table knows its grace period', { 1: 'then' }, { 1: 'since' }, false],
  ['the table knows another grace period only', { 1: 'then', 2: 'then' }, { 1: 'since' }, true],
  ['the table knows none', { 1: 'then' }, undefined, true],
  ['the plan has none', {}, undefined, false],
])('returns whether a grace period is new when %s', (_, planned, stored, isNew) => {
  const holds = graceHolds(planned).flatMap((hold) =>
    hold.reason === 'grace-period' ? [{ ...hold, until: 'later' }] : [],
  );
  expect(hasNewGrace({ holds }, stored && { holds: graceHolds(stored) })).toBe(isNew);
});
