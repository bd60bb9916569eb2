import { describe, expect, test } from '@jest/globals';
import type { DocumentState } from '../../shared/grants/document-rendering.ts';
import { UnsafeChangeError } from '../../shared/grants/errors.ts';
import type { ManagedPolicies } from '../../shared/grants/managed-policies.ts';
import { createPolicy, type PolicyDocument, type Statement } from '../../shared/iam/document.ts';
import { PolicyTooLargeError } from '../../shared/platform/aws/errors.ts';
import { listHeldAccounts } from '../../shared/reconcile/holds.ts';
import type { PlanRequest } from '../../shared/reconcile/plan-types.ts';
import { account } from '../fixtures/member-account.ts';
import {
  assume,
  configurationWith,
  grantedIn,
  idsOf,
  members,
  onlyResource,
  planOnly,
  readSecret,
  shared,
} from '../fixtures/plan-fixture.ts';

const configuration = configurationWith([readSecret()]);
const sid = 'AccountOnboardingtestTokenRead';

const granted = (state: unknown) => grantedIn(configuration, onlyResource(configuration, []), state);

const documentFor = (count: number): PolicyDocument =>
  (planOnly(configuration, members(count)).next as DocumentState).document ?? createPolicy();

const limit = 20_480;

/** The first `count` accounts stand there, and others have left room for `room` characters more. */
function fullFor(count: number, room: number): Pick<PlanRequest, 'actual' | 'remembered'> {
  const document = documentFor(count);
  const filler = (length: number): Statement => ({
    Effect: 'Deny',
    Principal: '*',
    Action: 'secretsmanager:DeleteSecret',
    Resource: '*',
    Condition: { StringEquals: { 'aws:PrincipalTag/text': 'x'.repeat(length) } },
  });
  const withFiller = (length: number): PolicyDocument => ({
    ...document,
    Statement: [...document.Statement, filler(length)],
  });
  const used = JSON.stringify(withFiller(0)).length;
  return { actual: { document: withFiller(limit - used - room) }, remembered: [sid] };
}

describe('on a full document', () => {
  test('gives the room of a departing account to the first new account, and holds the rest', () => {
    const plan = planOnly(configuration, members(40).slice(1), fullFor(4, 20));

    expect(plan.refused).toBeInstanceOf(PolicyTooLargeError);
    expect(granted(plan.next)).toEqual(idsOf(members(5).slice(1)));
    expect(plan.removed).toEqual(idsOf(members(1)));
    expect(plan.added).toEqual(idsOf(members(5).slice(4)));
    expect(listHeldAccounts(plan.holds, 'capacity')).toEqual(idsOf(members(40).slice(5)));
  });

  test.each([4, 100])('holds %i accounts, with the size error, when a renamed grant is too long', (count) => {
    const renamed = configurationWith([readSecret({ name: 'token-under-a-longer-name' })]);

    const plan = planOnly(renamed, members(count), fullFor(count, 4));

    expect(plan.refused).toBeInstanceOf(PolicyTooLargeError);
    expect(plan).toMatchObject({ changed: false, added: [], removed: [] });
    expect(listHeldAccounts(plan.holds, 'capacity')).toEqual(idsOf(members(count)));
  });

  test.each([4, 100])(
    'keeps %i accounts of a former grant that do not fit under its new name, and removes other accounts',
    (count) => {
      const renamed = configurationWith([readSecret({ name: 'token-under-a-longer-name' })]);

      const plan = planOnly(renamed, members(count + 36).slice(1), fullFor(count, 20));

      expect(plan.refused).toBeInstanceOf(PolicyTooLargeError);
      expect(plan).toMatchObject({ removed: idsOf(members(1)), blocked: [] });
      expect(granted(plan.next)).toEqual(expect.arrayContaining([...idsOf(members(count).slice(1))]));
    },
  );

  test('removes a rejected account of a former grant that does not fit under its new name', () => {
    const renamed = configurationWith([readSecret({ name: 'token-under-a-longer-name' })]);
    const [rejected = '', ...others] = idsOf(members(4).slice(1));

    const plan = () =>
      planOnly(renamed, members(40).slice(1), { ...fullFor(4, 20), excluded: new Set([rejected]) });

    expect(granted(plan().next)).toEqual(expect.arrayContaining(others));
    expect(granted(plan().next)).not.toContain(rejected);
  });

  test('gives room to other new accounts first when AWS has rejected an account', () => {
    const [rejected = '', accepted = ''] = idsOf(members(6).slice(4));
    const hold = { accountId: rejected, change: 'add', reason: 'rejected-principal' } as const;

    const plan = planOnly(configuration, members(6).slice(1), { ...fullFor(4, 20), holds: [hold] });

    expect(plan.added).toEqual([accepted]);
    expect(listHeldAccounts(plan.holds, 'capacity')).toEqual([rejected]);
  });

  test('reports blocked removals in the size error when all accounts would fit without them', () => {
    const accounts = members(42);

    const { refused } = planOnly(configuration, accounts.slice(10), { ...fullFor(40, 20), accounts });

    expect(refused).toBeInstanceOf(UnsafeChangeError);
    expect(refused?.message).toContain('10 accounts would lose their access at once');
  });

  test('reports blocked removals in the size error when a list replaces a condition and the organization does not fit', () => {
    const held = configurationWith([readSecret({ match: 'organization' })]);
    const everybody = members(300);
    const actual = planOnly(held, everybody).next;
    const document = (actual as DocumentState).document ?? createPolicy();
    const filler = { Effect: 'Deny', Principal: '*', Action: 'secretsmanager:DeleteSecret', Resource: '*' };
    const Condition = { StringEquals: { 'aws:PrincipalTag/text': 'x'.repeat(12_000) } };
    const full = { document: { ...document, Statement: [...document.Statement, { ...filler, Condition }] } };

    const plan = () =>
      planOnly(configuration, everybody.slice(0, 3), {
        actual: full,
        remembered: [sid],
        accounts: everybody,
      });

    expect(plan).toThrow(UnsafeChangeError);
  });

  test('adds no further account when a later plan excludes an account', () => {
    const accounts = members(40).slice(1);
    const full = fullFor(4, 20);
    const { refused, holds } = planOnly(configuration, accounts, full);
    const held = new Set(listHeldAccounts(holds, 'capacity'));
    const [second = ''] = idsOf(members(4).slice(1));

    const plan = planOnly(configuration, accounts, {
      ...full,
      ...(refused && { withoutRoom: { refused, held } }),
      excluded: new Set([second]),
    });

    expect(granted(plan.next)).toEqual(idsOf(members(5).slice(2)));
    expect(plan.refused).toBe(refused);
  });

  test('writes the statements of a condition at once when the accounts of a list do not fit', () => {
    const both = configurationWith([
      readSecret({ name: 'everybody', match: 'organization' }),
      readSecret({ name: 'listed' }),
    ]);
    const accounts = [...members(40), account(shared)];
    const full = { ...fullFor(0, 2_000), remembered: [] };

    const first = planOnly(both, accounts, full);
    const second = planOnly(both, accounts, { actual: first.next, remembered: first.owned });

    expect(first.refused).toBeInstanceOf(PolicyTooLargeError);
    expect(first.owned).toContain('AccountOnboardingtestEverybodyReadOwn');
    // There is nothing left to write.
    expect(second.changed).toBe(false);
    expect(second.refused).toBeInstanceOf(PolicyTooLargeError);
  });

  test('suggests a change that makes room, even if the table does not know a managed statement', () => {
    const two = configurationWith([readSecret(), readSecret({ name: 'other', roles: ['reader'] })]);

    const { refused } = planOnly(two, members(200), { ...fullFor(100, 20), remembered: [] });

    expect(refused).toBeInstanceOf(PolicyTooLargeError);
  });

  test.each([
    ['lost', {}],
    ['changed', { taggedSid: 'Other' }],
  ])('removes no account of a full managed policy when its tag was %s', (_, tag) => {
    const people = configurationWith([assume()]);
    const accounts = members(1_220);
    const { next, owned } = planOnly(people, accounts);
    const policies = (next as ManagedPolicies).policies.map((policy, index) => {
      const { taggedSid, ...untagged } = policy;
      const Statement = policy.document.Statement.map(({ Sid, ...rest }) => ({
        ...('taggedSid' in tag ? { Sid: tag.taggedSid } : {}),
        ...rest,
      }));
      return index > 0 ? policy : { ...untagged, ...tag, document: { ...policy.document, Statement } };
    });

    const plan = () =>
      planOnly(people, accounts, { actual: { policies, othersAttached: 0 }, remembered: owned });

    expect(plan).toThrow(PolicyTooLargeError);
  });
});
