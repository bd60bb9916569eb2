import { describe, expect, test } from '@jest/globals';
import type { DocumentState } from '../../shared/grants/document-rendering.ts';
import { UnsafeChangeError } from '../../shared/grants/errors.ts';
import type { ManagedPolicies } from '../../shared/grants/managed-policies.ts';
import { createPolicy } from '../../shared/iam/document.ts';
import type { Account } from '../../shared/platform/account.ts';
import { PolicyTooLargeError } from '../../shared/platform/aws/errors.ts';
import { listDesiredResources } from '../../shared/reconcile/desired-resources.ts';
import type { ResourcePlan } from '../../shared/reconcile/plan-types.ts';
import { account } from '../fixtures/member-account.ts';
import {
  assume,
  configurationWith,
  grantedIn,
  idsOf,
  makePlan,
  members,
  now,
  onlyResource,
  type PlanView,
  planOnly,
  readSecret,
} from '../fixtures/plan-fixture.ts';

const before = configurationWith([readSecret()]);
const remembered = ['AccountOnboardingtestTokenRead'];
const newAccount = account('700000000000');

/** The grant has another name, and is for the new account only. */
const narrow = configurationWith([readSecret({ name: 'other', for: { accounts: [newAccount.id] } })]);

const stateFor = (accounts: readonly Account[]): unknown => planOnly(before, accounts).next;
const named = ({ next }: Pick<ResourcePlan, 'next'>) => grantedIn(before, onlyResource(before, []), next);

function planNarrow(had: readonly Account[], more: Partial<Parameters<typeof planOnly>[2]> = {}): PlanView {
  const [desired] = listDesiredResources(narrow, [newAccount]);
  if (desired === undefined) throw new Error('There is no resource');
  return makePlan({
    desired,
    actual: stateFor(had),
    remembered,
    configuration: narrow,
    accounts: [...had, newAccount],
    now,
    ...more,
  });
}

describe('a former grant', () => {
  test('keeps a former grant beside new accounts when many accounts would lose all their access', () => {
    const had = members(12);

    const plan = planNarrow(had);

    expect(plan).toMatchObject({ changed: true, blocked: idsOf(had), added: [newAccount.id], removed: [] });
    expect(named(plan)).toEqual(idsOf([...had, newAccount]));
    expect(plan.owned).toEqual(expect.arrayContaining([...remembered, 'AccountOnboardingtestOtherRead']));
  });

  test('removes a former grant when few accounts would lose all their access', () => {
    const had = members(3);

    const plan = planNarrow(had);

    expect(plan).toMatchObject({ blocked: [], added: [newAccount.id], removed: idsOf(had) });
    expect(named(plan)).toEqual([newAccount.id]);
  });

  test('keeps a former grant until the configuration changes, even if new accounts lower the share of its accounts', () => {
    const had = members(6);
    const others = Array.from({ length: 60 }, (_, index) => account(String(600_000_000_000 + index)));
    const everybody = [...had, ...others];
    const wide = configurationWith([readSecret({ name: 'other', for: { accounts: idsOf(others) } })]);
    const plan = (more: Partial<Parameters<typeof planOnly>[2]>) =>
      makePlan({
        desired: onlyResource(wide, others),
        actual: stateFor(had),
        remembered,
        configuration: wide,
        accounts: everybody,
        now,
        ...more,
      });

    const first = plan({});
    const next = { actual: first.next, remembered: first.owned };
    const waiting = plan({ ...next, holds: first.holds });
    const allowed = plan(next);

    expect(first.blocked).toEqual(idsOf(had));
    expect(waiting).toMatchObject({ changed: false, blocked: idsOf(had) });
    expect(allowed).toMatchObject({ blocked: [], removed: idsOf(had) });
  });

  test('removes closed accounts from a former grant that is kept for other accounts', () => {
    const [closed = newAccount, ...open] = members(12);
    const had = [{ ...closed, state: 'SUSPENDED' as const }, ...open];
    const few = members(6).map(
      (each, index) => ({ ...each, state: index > 4 ? 'ACTIVE' : 'SUSPENDED' }) as Account,
    );

    const plan = planNarrow(members(12), { accounts: [...had, newAccount] });
    const goes = planNarrow(members(6), { accounts: [...few, newAccount] });

    expect(plan).toMatchObject({ blocked: idsOf(open), removed: [closed.id] });
    expect(named(plan)).toEqual(idsOf([...open, newAccount]));
    expect(goes).toMatchObject({ blocked: [], removed: idsOf(few) });
  });

  test('removes a rejected account from a former grant that is kept for other accounts', () => {
    const [rejected = newAccount, ...others] = members(12);

    const plan = planNarrow(members(12), { excluded: new Set([rejected.id]) });

    expect(plan).toMatchObject({ blocked: idsOf(others), removed: [rejected.id] });
    expect(named(plan)).toEqual(idsOf([...others, newAccount]));
  });

  test('counts no account of a condition as removed from a former grant', () => {
    const trail = (name: string) =>
      configurationWith([
        {
          name,
          kind: 's3-bucket-policy',
          account: 'log',
          bucket: 'example-trail',
          preset: 'organization-cloudtrail-write',
          trail: { name: 'audit', region: 'eu-west-1' },
          for: { all: true },
        },
      ]);
    const { next, owned } = planOnly(trail('trail'), members(3));
    const stays = { actual: next, remembered: owned };

    expect(planOnly(trail('trail'), members(3), stays)).toMatchObject({ changed: false, removed: [] });
    expect(planOnly(trail('audit'), members(3), stays)).toMatchObject({ changed: true, removed: [] });
  });

  test('does not add new accounts, and says why, when they do not fit beside a former grant', () => {
    const had = members(12);
    const document = (stateFor(had) as DocumentState).document ?? createPolicy();
    const filler = {
      Effect: 'Deny' as const,
      Principal: '*' as const,
      Action: 'secretsmanager:DeleteSecret',
    };
    const filled = (length: number) => ({
      ...document,
      Statement: [...document.Statement, { ...filler, Resource: 'x'.repeat(length) }],
    });
    const room = 20_480 - JSON.stringify(filled(0)).length - 20;

    const { changed, refused } = planNarrow(had, { actual: { document: filled(room) } });

    expect(changed).toBe(false);
    expect(refused).toBeInstanceOf(UnsafeChangeError);
    expect(refused).toEqual(
      expect.objectContaining({
        message: expect.stringMatching(/^\S+: 12 accounts would lose .* Meanwhile, some new accounts wait/),
        cause: expect.any(PolicyTooLargeError),
      }),
    );
  });

  test('keeps a former grant for a departed account that a current grant removes', () => {
    const had = members(12);
    const left = account('900000000000');
    const other = (who: Account) => readSecret({ name: 'other', for: { accounts: [who.id] } });
    const { next, owned } = planOnly(configurationWith([readSecret(), other(left)]), [...had, left]);
    const configuration = configurationWith([other(newAccount)], { graceHours: 0 });

    const plan = planOnly(configuration, [...had, newAccount], {
      actual: next,
      remembered: owned,
      accounts: [...had, newAccount, { ...left, state: 'DEPARTED' }],
    });

    expect(plan).toMatchObject({ added: [newAccount.id], blocked: idsOf([...had, left]) });
  });

  test.each([{ Sid: 'Theirs' }, {}])(
    'keeps a former grant without a statement that another tool added to its managed policy, with %j',
    (mark) => {
      const had = members(12);
      const theirs = { ...mark, Effect: 'Allow', Action: '*', Resource: 'arn:aws:iam::*:role/theirs' };
      const old = planOnly(configurationWith([assume()]), had);
      const [policy, ...none] = (old.next as ManagedPolicies).policies;
      const document = { ...policy?.document, Statement: [...(policy?.document.Statement ?? []), theirs] };

      const plan = planOnly(
        configurationWith([assume({ name: 'other', for: { accounts: [newAccount.id] } })]),
        [...had, newAccount],
        {
          actual: { policies: [{ ...policy, arn: 'arn', document }], othersAttached: 0 },
          remembered: old.owned,
        },
      );

      expect(none).toEqual([]);
      expect(plan).toMatchObject({ added: [newAccount.id], blocked: idsOf(had) });
      expect(JSON.stringify(plan.next)).not.toContain('role/theirs');
    },
  );

  test('keeps a former grant when no current grant is for its resource', () => {
    const had = members(12);
    const desired = { ...onlyResource(before, []), shares: [], named: false };
    const request = { desired, actual: stateFor(had), remembered, configuration: narrow, accounts: had, now };

    const plan = makePlan(request);

    expect(plan).toMatchObject({ changed: false, blocked: idsOf(had), removed: [], owned: remembered });
  });
});
