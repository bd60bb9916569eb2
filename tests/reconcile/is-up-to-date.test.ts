import { expect, test } from '@jest/globals';
import { hasNewGrace, isUpToDate, needsReconcileAnyway } from '../../shared/reconcile/is-up-to-date.ts';

test.each([
  ['never touched', undefined, false],
  ['written from an earlier revision', { appliedRevision: 4, configurationHash: 'h' }, false],
  ['written from this revision', { appliedRevision: 5, configurationHash: 'h' }, true],
  ['written from a later revision', { appliedRevision: 6, configurationHash: 'h' }, true],
  ['written by another configuration', { appliedRevision: 6, configurationHash: 'other' }, false],
  ['written for other grants', { appliedRevision: 6, configurationHash: 'h', grants: ['images'] }, false],
])('a resource that was %s', (_, state, settled) => {
  const whole = state && { owned: [], grants: [], ...state, generation: 1, updatedAt: '' };
  expect(isUpToDate(whole, { revision: 5, hash: 'h', grants: [] })).toBe(settled);
});

test.each<[string, readonly string[] | undefined, boolean]>([
  ['a run for others', ['500000000002'], true],
  ['a run for the one that AWS refused', ['500000000001', '500000000002'], false],
  ['a sweep', [], false],
  ['whoever does not say for whom', undefined, false],
])('a resource from which AWS refused one account is settled for %s: %s', (_, accountIds, settled) => {
  const tried = { revision: 5, setAside: ['500000000001'] };
  const state = {
    appliedRevision: 0,
    tried,
    configurationHash: 'h',
    owned: [],
    grants: [],
    generation: 1,
    updatedAt: '',
  };

  expect(isUpToDate(state, { revision: 5, hash: 'h', grants: [], accountIds })).toBe(settled);
  expect(isUpToDate(state, { revision: 6, hash: 'h', grants: [], accountIds })).toBe(false);
});

const error = { name: 'AccessDeniedError', message: 'no', retryable: false };

test.each<[string, Parameters<typeof needsReconcileAnyway>[0], boolean]>([
  ['the plan could not read', { error }, true],
  ['an attempt before this one found busy', { error, outcome: 'busy' }, false],
  ['others have changed beside ours', { drift: 'unmanaged-change' }, true],
  ['is equal', { drift: 'equal' }, false],
  ['nothing is known of', {}, false],
])('what %s is worth a look though it is settled: %j', (_, change, worth) => {
  expect(needsReconcileAnyway(change)).toBe(worth);
});

test.each([
  ['who is remembered', { 1: 'then' }, { 1: 'since' }, false],
  ['who is not', { 1: 'then', 2: 'then' }, { 1: 'since' }, true],
  ['where nobody is remembered', { 1: 'then' }, undefined, true],
  ['who is nobody', undefined, undefined, false],
])('the grace of somebody %s is new or not', (_, leaving, known, isNew) => {
  expect(hasNewGrace(leaving ? { leaving } : {}, known && { leaving: known })).toBe(isNew);
});
