import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assumeRolePermission } from '../../shared/grants/assume-role-permission.ts';
import type { GrantContext, GrantKind } from '../../shared/grants/contract.ts';
import type { GrantEntry } from '../../shared/grants/grant-schema.ts';
import type { ManagedPolicies } from '../../shared/grants/managed-policies.ts';
import { hasAccountIds } from '../../shared/grants/role-entries.ts';
import { toSentDocument } from '../../shared/grants/sid-tag.ts';
import { isSamePolicy } from '../../shared/iam/equality.ts';
import { evaluatePolicy } from '../../shared/iam/evaluate.ts';
import { absent } from '../../shared/iam/request.ts';
import { measurePolicy } from '../../shared/iam/size.ts';
import type { Account } from '../../shared/platform/account.ts';
import { PolicyTooLargeError } from '../../shared/platform/aws/errors.ts';
import { context, manyAccounts } from '../fixtures/grants/grant-env.ts';
import { entryOf } from '../fixtures/grants/kind-cases.ts';

const kind = assumeRolePermission as GrantKind;

/** Small policies, of which few can be attached. */
const small: GrantContext = {
  ...context,
  limits: { ...context.limits, managedPolicyCharacters: 900, managedPoliciesPerGroup: 3 },
};

const entryFor = (more: object = {}): GrantEntry =>
  entryOf(kind, {
    name: 'people',
    groups: ['Readers'],
    role: 'people/ReadOnly',
    accountsIn: 'condition',
    ...more,
  });

const entry = entryFor();
const second = entryFor({ name: 'others', role: 'people/Other', mfa: false });
const ref = kind.listResources(entry, small)[0] as ReturnType<GrantKind['listResources']>[0];

type Shares = readonly (readonly [GrantEntry, readonly Account[]])[];

function render(actual: unknown, shares: Shares, where = small): ManagedPolicies {
  const request = { ref, actual, remembered: [], context: where };
  return kind.render({ ...request, shares: shares.map(([each, accounts]) => ({ entry: each, accounts })) })
    .next as ManagedPolicies;
}

const documents = ({ policies }: ManagedPolicies) => policies.map(({ document }) => document);

const isPacked = (state: ManagedPolicies): boolean =>
  documents(state).some(({ Statement }) => Statement.some(hasAccountIds));

/** Whether somebody of the group may assume the role of an account. */
const mayAssume = (
  state: ManagedPolicies,
  account: Account,
  role: string,
  mfa: string | undefined,
): boolean =>
  documents(state).some(
    (document) =>
      evaluatePolicy(
        document,
        {
          principal: { type: 'user', arn: `arn:aws:iam::${ref.accountId}:user/me` },
          action: 'sts:AssumeRole',
          resource: `arn:aws:iam::${account.id}:role/${role}`,
          context: { 'aws:MultiFactorAuthPresent': mfa ?? absent },
        },
        'identity',
      ).decision === 'allow',
  );

const everybody = manyAccounts(60);
const crowd = manyAccounts(48, 300_000_000_000);

test('names roles while their policies can be attached, and account ids in a condition beyond that', () => {
  const listed = render(kind.empty, [[entry, everybody.slice(0, 35)]]);
  const packed = render(listed, [[entry, everybody]]);

  expect(isPacked(listed)).toBe(false);
  expect(isPacked(packed)).toBe(true);
  for (const [index, { document }] of listed.policies.entries()) {
    const ids = JSON.stringify(packed.policies.find(({ name }) => name === listed.policies[index]?.name));
    for (const id of JSON.stringify(document).match(/\d{12}/g) ?? []) expect(ids).toContain(id);
  }
});

test('refuses too many accounts when the grant does not allow account ids in a condition', () => {
  const plain = entryFor({ accountsIn: undefined });

  expect(() => render(kind.empty, [[plain, everybody]])).toThrow(PolicyTooLargeError);
});

describe('packed means the same as unpacked', () => {
  const roles = ['people/ReadOnly', 'people/Other', 'people/ReadOnlyToo'];
  const asking = fc.record({
    account: fc.constantFrom(...everybody.slice(0, 8), ...manyAccounts(2, 900_000_000_000)),
    role: fc.constantFrom(...roles),
    mfa: fc.constantFrom('true', 'false', undefined),
  });
  const some = fc.subarray([...everybody.slice(0, 8)]);

  test('gives the same access in each packing, for every account, role and sign-in', () => {
    const large = { ...small, limits: { ...small.limits, managedPoliciesPerGroup: 40 } };
    let allowed = 0;
    fc.assert(
      fc.property(some, some, fc.array(asking, { minLength: 5 }), (first, other, questions) => {
        const shares: Shares = [
          [entry, [...first, ...crowd]],
          [second, other],
        ];
        const plain = render(kind.empty, shares, large);
        const tight = render(kind.empty, shares);
        expect([isPacked(plain), isPacked(tight)]).toEqual([false, true]);
        for (const { account, role, mfa } of questions) {
          const may = mayAssume(plain, account, role, mfa);
          if (may) allowed += 1;
          expect(mayAssume(tight, account, role, mfa)).toBe(may);
        }
      }),
      { seed: 20_261_127, numRuns: 60 },
    );
    expect(allowed).toBeGreaterThan(20);
  });
});

test('changes one policy when one account is added or removed, even when roles would fit again', () => {
  let state = render(kind.empty, [[entry, everybody]]);
  for (let count = 59; count > 20; count -= 1) {
    const next = render(state, [[entry, everybody.slice(0, count)]]);
    const changed = next.policies.filter(
      ({ name, document }) =>
        !isSamePolicy(document, state.policies.find((policy) => policy.name === name)?.document),
    );
    expect(changed.length).toBeLessThanOrEqual(1);
    state = next;
  }
  expect(isPacked(state)).toBe(true);
  expect(kind.isSame(render(state, [[entry, everybody.slice(0, 21)]]), state)).toBe(true);
});

test('names roles again when they fit and no policy is attached', () => {
  const { policies, ...others } = render(kind.empty, [[entry, everybody]]);
  const detached = { ...others, policies: policies.map((policy) => ({ ...policy, attached: false })) };

  const state = render(detached, [[entry, everybody.slice(0, 21)]]);

  expect(isPacked(state)).toBe(false);
});

test('keeps every policy within its limit, and finds the accounts in it', () => {
  const four = { ...small, limits: { ...small.limits, managedPoliciesPerGroup: 4 } };
  const shares: Shares = [
    [entry, everybody],
    [second, everybody.slice(0, 30)],
  ];
  const state = render(kind.empty, shares, four);

  expect(isPacked(state)).toBe(true);

  for (const policy of state.policies)
    expect(measurePolicy(toSentDocument(policy), 'characters')).toBeLessThanOrEqual(
      small.limits.managedPolicyCharacters,
    );
  expect([...kind.listGrantedAccounts(entry, ref, state, small, []).named].sort()).toEqual(
    everybody.map(({ id }) => id),
  );
  expect(kind.listGrantedAccounts(second, ref, state, small, []).named.size).toBe(30);
});

test('writes the policy that gains an account before the policy that loses it when it names roles again', () => {
  const large = { ...small, limits: { ...small.limits, managedPoliciesPerGroup: 40 } };
  const packed = render(kind.empty, [[entry, everybody]]);
  const plain = entryFor({ accountsIn: undefined });

  const { policies } = render(packed, [[plain, everybody]], large);

  const packedNames = new Set(packed.policies.map(({ name }) => name));
  const order = policies.map(({ name }) => packedNames.has(name));
  expect(order).toEqual([...order].sort());
  expect(order).toContain(false);
});
