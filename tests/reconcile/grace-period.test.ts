import { describe, expect, test } from '@jest/globals';
import { UnsafeChangeError } from '../../shared/grants/errors.ts';
import type { Account } from '../../shared/platform/account.ts';
import type { PlanRequest } from '../../shared/reconcile/plan-types.ts';
import { account } from '../fixtures/member-account.ts';
import {
  configurationWith,
  graceHolds,
  grantedIn,
  idsOf,
  members,
  now,
  onlyResource,
  planOnly,
  readSecret,
} from '../fixtures/plan-fixture.ts';

const configuration = configurationWith([readSecret()], { graceHours: 24 });
const remembered = ['AccountOnboardingtestTokenRead'];

/** Hours after the first look. */
const hoursLater = (hours: number): string => new Date(Date.parse(now) + hours * 3_600_000).toISOString();

const stateFor = (accounts: readonly Account[]): unknown => planOnly(configuration, accounts).next;
const granted = (state: unknown) => grantedIn(configuration, onlyResource(configuration, []), state);

const planFor = (accounts: readonly Account[], actual: unknown, more: Partial<PlanRequest> = {}) =>
  planOnly(configuration, accounts, { actual, remembered, ...more });

const all = members(4);
const [gone = account(''), ...rest] = all;
const actual = stateFor(all);
const inGrace = { [gone.id]: now };
const holds = graceHolds(inGrace);

describe('an account that no grant matches any more', () => {
  test.each([
    ['that is in no selector, or not in the registry at all', rest],
    ['that is closed', [{ ...gone, state: 'SUSPENDED' as const }, ...rest]],
    ['that has departed', [{ ...gone, state: 'DEPARTED' as const }, ...rest]],
  ])('keeps the access of an account %s, and starts its grace period', (_, accounts) => {
    const plan = planFor(accounts, actual);

    expect(plan).toMatchObject({ changed: false, inGrace, dueSince: inGrace, blocked: [], removed: [] });
    expect(granted(plan.next)).toEqual(idsOf(all));
  });

  test.each([
    [23.99, false],
    [24, true],
    [1_000, true],
  ])('revokes access after %d of 24 hours of the grace period: %s', (hours, goes) => {
    const plan = planFor(rest, actual, { holds, now: hoursLater(hours) });

    expect(plan).toMatchObject({
      changed: goes,
      inGrace: goes ? {} : inGrace,
      removed: goes ? [gone.id] : [],
    });
    expect(granted(plan.next)).toEqual(goes ? idsOf(rest) : idsOf(all));
  });

  test('forgets the grace period of an account that is selected again, and starts a full one the next time', () => {
    const back = planFor(all, actual, { holds, now: hoursLater(20) });
    const again = planFor(rest, back.next, { holds: back.holds, now: hoursLater(30) });

    expect(back).toMatchObject({ changed: false, inGrace: {}, dueSince: {} });
    expect(again.inGrace).toEqual({ [gone.id]: hoursLater(30) });
  });

  test('admits new accounts while an account is in its grace period', () => {
    const newAccount = account('700000000000');

    const plan = planFor([...rest, newAccount], actual, { holds, now: hoursLater(1) });

    expect(plan).toMatchObject({ changed: true, added: [newAccount.id], inGrace });
    expect(granted(plan.next)).toEqual([...idsOf(all), newAccount.id]);
  });

  test('excludes an account in its grace period when AWS rejects it, and forgets the grace period', () => {
    const plan = planFor(rest, actual, { holds, now: hoursLater(1), excluded: new Set([gone.id]) });

    expect(plan).toMatchObject({ changed: true, inGrace: {}, dueSince: {}, removed: [gone.id] });
    expect(granted(plan.next)).toEqual(idsOf(rest));
  });

  test('revokes access without a grace period when the grant is removed from the configuration', () => {
    const renamed = configurationWith([readSecret({ name: 'other' })], { graceHours: 24 });

    const plan = planOnly(renamed, rest, { actual, remembered });

    expect(plan).toMatchObject({ inGrace: {}, removed: [gone.id] });
    expect(granted(plan.next)).toEqual(idsOf(rest));
  });

  test('removes a departed account without a grace period when a condition replaces the list of accounts', () => {
    const held = configurationWith([readSecret({ match: 'organization' })], {
      graceHours: 24,
    });

    const plan = planOnly(held, rest, { actual, remembered });

    expect(plan.inGrace).toEqual({});
    expect(JSON.stringify(plan.next)).not.toContain(gone.id);
  });
});

describe('the share rule', () => {
  const many = members(20);
  const left = many.slice(10);
  const full = stateFor(many);
  const since = Object.fromEntries(idsOf(many.slice(0, 10)).map((id) => [id, now]));

  test('counts only accounts with an ended grace period for the removal limit', () => {
    const late = Object.fromEntries(idsOf(many.slice(4, 10)).map((id) => [id, hoursLater(12)]));

    const plan = planFor(left, full, { holds: graceHolds({ ...since, ...late }), now: hoursLater(24) });

    expect(plan).toMatchObject({ blocked: [], removed: idsOf(many.slice(0, 4)), inGrace: late });
  });

  test('blocks removals after the grace period, and starts no second grace period', () => {
    const plan = planFor(left, full, { holds: graceHolds(since), now: hoursLater(24) });

    expect(plan).toMatchObject({ changed: false, inGrace: {}, dueSince: since, removed: [] });
    expect(plan.blocked).toEqual(idsOf(many.slice(0, 10)));
    expect(planFor(left, full, { holds: plan.holds, now: hoursLater(25) }).blocked).toEqual(plan.blocked);
  });

  test('blocks no removal of an account that AWS rejects', () => {
    const [refused = account('')] = many;
    const excluded = new Set([refused.id]);

    const plan = planFor(left, full, { holds: graceHolds(since), now: hoursLater(24), excluded });

    expect(plan.blocked).toEqual(idsOf(many.slice(1, 10)));
    expect(plan.removed).toEqual([refused.id]);
    expect(granted(plan.next)).toEqual(idsOf(many.slice(1)));
  });

  test('blocks no removal while accounts are in their grace period', () => {
    const plan = () => planFor([], full);

    expect(plan).not.toThrow(UnsafeChangeError);
    expect(plan().inGrace).toEqual(Object.fromEntries(idsOf(many).map((id) => [id, now])));
  });
});
