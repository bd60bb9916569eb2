import { describe, expect, it } from '@jest/globals';
import type { DocumentState } from '../../shared/grants/document-rendering.ts';
import { UnsafeChangeError } from '../../shared/grants/errors.ts';
import { createPolicy, type PolicyDocument, type Statement } from '../../shared/iam/document.ts';
import { OwnershipClashError } from '../../shared/iam/errors.ts';
import type { Account } from '../../shared/platform/account.ts';
import {
  InvalidPrincipalError,
  PolicyTooLargeError,
  ThrottledError,
} from '../../shared/platform/aws/errors.ts';
import { toErrorRecord } from '../../shared/platform/errors.ts';
import { getBlockedRemovals, withOtherReasons } from '../../shared/reconcile/blocked-removals.ts';
import { ConflictError } from '../../shared/reconcile/errors.ts';
import { listHeldAccounts } from '../../shared/reconcile/holds.ts';
import type { PlanRequest, ResourcePlan } from '../../shared/reconcile/plan-types.ts';
import { createBlockedRemovalsError } from '../../shared/reconcile/removal-limit.ts';
import { configurationWith, idsOf, members, planOnly, readSecret } from '../fixtures/plan-fixture.ts';

const configuration = configurationWith([readSecret()]);
const sid = 'AccountOnboardingtestTokenRead';
const limit = 20_480;

const unmanaged = (length: number): Statement => ({
  Effect: 'Deny',
  Principal: '*',
  Action: 'secretsmanager:DeleteSecret',
  Resource: '*',
  Condition: { StringEquals: { 'aws:PrincipalTag/text': 'x'.repeat(length) } },
});

const documentFor = (accounts: readonly Account[]): PolicyDocument =>
  (planOnly(configuration, accounts).next as DocumentState).document ?? createPolicy();

/** The accounts have access, and unmanaged statements leave room for a few characters. */
function full(accounts: readonly Account[]): Pick<PlanRequest, 'actual' | 'remembered'> {
  const document = documentFor(accounts);
  const withUnmanaged = (length: number): PolicyDocument => ({
    ...document,
    Statement: [...document.Statement, unmanaged(length)],
  });
  const size = JSON.stringify(withUnmanaged(0)).length;
  return { actual: { document: withUnmanaged(limit - size - 20) }, remembered: [sid] };
}

/** The error that a plan throws or states. */
const errorOf = (attempt: () => Pick<ResourcePlan, 'refused'>): unknown => {
  try {
    return attempt().refused;
  } catch (error) {
    return error;
  }
};

describe('a plan', () => {
  const all = members(70);
  const before = all.slice(0, 40);
  const blocked = idsOf(all.slice(0, 10));

  it('states size and blocked removals when the policy would be too large even without the blocked accounts', () => {
    const error = errorOf(() => planOnly(configuration, all.slice(10), { ...full(before), accounts: all }));

    expect(error).toBeInstanceOf(PolicyTooLargeError);
    expect(toErrorRecord(error)).toMatchObject({
      message: expect.stringMatching(
        /takes 20480.*\d+ accounts fit.*Besides, 10 accounts would lose their access at once.*the accounts keep their access.*That makes room/,
      ),
      fields: { limit, accounts: 70, blockedRemovals: blocked },
    });
  });

  it('states blocked removals in the size error when a plan only removes access', () => {
    const [first, ...others] = all;
    const closed: readonly Account[] = first === undefined ? [] : [{ ...first, state: 'SUSPENDED' }];

    const plan = planOnly(configuration, all.slice(10), {
      ...full(before),
      accounts: [...closed, ...others],
    });

    expect(plan.changed).toBe(true);
    expect(plan.removed).toEqual(blocked.slice(0, 1));
    expect(plan.blocked).toEqual(blocked.slice(1));
    expect(plan.refused).toBeInstanceOf(PolicyTooLargeError);
    expect(plan.refused?.fields.blockedRemovals).toEqual(blocked.slice(1));
  });

  it('states blocked removals of a removed grant when the next grant is too large', () => {
    const next = configurationWith([readSecret({ name: 'other' })]);

    const error = errorOf(() => planOnly(next, all.slice(40), { ...full(all.slice(0, 10)), accounts: all }));

    expect(error).toBeInstanceOf(PolicyTooLargeError);
    expect(getBlockedRemovals(error)).toEqual(blocked);
  });

  it('states all blocked removals when a narrowed grant and a removed grant leave no room', () => {
    const two = [readSecret({ name: 'wide' }), readSecret({ name: 'gone' })];
    const gone = idsOf(all.slice(50, 62));
    const wide = idsOf(all.slice(0, 40));
    const first = planOnly(
      configurationWith([
        { ...two[0], for: { accounts: wide } },
        { ...two[1], for: { accounts: gone } },
      ]),
      all,
    );
    const document = (first.next as DocumentState).document ?? createPolicy();
    const size = JSON.stringify({ ...document, Statement: [...document.Statement, unmanaged(0)] }).length;
    const actual = {
      document: { ...document, Statement: [...document.Statement, unmanaged(limit - size - 20)] },
    };

    const error = errorOf(() =>
      planOnly(
        configurationWith([{ ...two[0], for: { accounts: [...wide.slice(10), '500000000065'] } }]),
        all,
        {
          actual,
          remembered: first.owned,
        },
      ),
    );

    expect(error).toBeInstanceOf(UnsafeChangeError);
    expect(getBlockedRemovals(error)).toEqual([...blocked, ...gone]);
  });

  it('states blocked removals beside an unknown managed Sid', () => {
    const document = documentFor(before);
    const clash = { ...unmanaged(1), Sid: 'AccountOnboardingtestTheirs' };

    const error = errorOf(() =>
      planOnly(configuration, all.slice(10, 40), {
        actual: { document: { ...document, Statement: [...document.Statement, clash] } },
        remembered: [sid],
        accounts: all,
      }),
    );

    expect(error).toBeInstanceOf(OwnershipClashError);
    expect(toErrorRecord(error)).toMatchObject({
      message: expect.stringMatching(/AccountOnboardingtestTheirs.*Besides, 10 accounts would lose/s),
      fields: { blockedRemovals: blocked },
    });
  });

  it('counts no removal of an account as blocked when AWS rejects the account', () => {
    const actual = { ...full(before), accounts: all };
    const { refused, holds } = planOnly(configuration, all.slice(10), actual);
    if (refused === undefined) throw new Error('All accounts fit');
    const excluded = new Set(blocked.slice(0, 1));

    const plan = planOnly(configuration, all.slice(10), {
      ...actual,
      excluded,
      withoutRoom: { refused, held: new Set(listHeldAccounts(holds, 'capacity')) },
    });

    expect(plan.refused?.fields.blockedRemovals).toEqual(blocked.slice(1));
    expect(plan.refused?.message.match(/Besides/g)).toHaveLength(1);
  });
});

describe('withOtherReasons', () => {
  const accounts = members(6).map((member, index) => ({ ...member, name: `member-${index + 1}` }));
  const subject = {
    key: 'secret-resource-policy/444455556666/eu-west-1/deploy/token',
    configuration,
    accounts,
  };
  const blocked = idsOf(accounts);
  const refused = new PolicyTooLargeError('the policy is too large', { size: 9, blockedRemovals: blocked });

  it('adds the blocked removals to the text of a conflict error', () => {
    const error = withOtherReasons(new ConflictError('changed again', { since: 'x' }), { blocked }, subject);

    expect(error).toBeInstanceOf(ConflictError);
    expect(toErrorRecord(error)).toMatchObject({
      message: expect.stringContaining(
        `changed again. Besides, 6 accounts would lose their access at once: member-1 (${blocked[0]}), `,
      ),
      fields: { since: 'x', blockedRemovals: blocked },
    });
  });

  it('adds the size error and the blocked removals to the error for a rejected principal', () => {
    const rejected = new InvalidPrincipalError('AWS refuses', { revision: 3 });

    const error = withOtherReasons(rejected, { blocked, refused }, subject);

    expect(error).toBeInstanceOf(InvalidPrincipalError);
    expect(toErrorRecord(error)).toMatchObject({
      message: 'AWS refuses. Besides, the policy is too large',
      retryable: true,
      fields: { revision: 3, besides: { name: 'PolicyTooLargeError' }, blockedRemovals: blocked },
    });
    expect(withOtherReasons(error, { blocked, refused }, subject)).toBe(error);
  });

  it.each([
    ['nothing is blocked', new ConflictError('changed'), []],
    ['the error passes by itself', new ThrottledError('slow down'), blocked],
    [
      'the error states the blocked removals',
      createBlockedRemovalsError(subject.key, blocked, subject),
      blocked,
    ],
    ['it is no error of the project', new TypeError('a bug'), blocked],
  ])('keeps the error unchanged when %s', (_, error, ids) => {
    expect(withOtherReasons(error, { blocked: ids }, subject)).toBe(error);
  });
});
