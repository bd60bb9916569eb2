import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assumeRolePermission } from '../../shared/grants/assume-role-permission.ts';
import type { GrantContext, GrantKind } from '../../shared/grants/contract.ts';
import type { GrantEntry } from '../../shared/grants/grant-schema.ts';
import type { ManagedPolicies } from '../../shared/grants/managed-policies.ts';
import { toSentDocument } from '../../shared/grants/sid-tag.ts';
import { isSamePolicy } from '../../shared/iam/equality.ts';
import { measurePolicy } from '../../shared/iam/size.ts';
import type { Account } from '../../shared/platform/account.ts';
import { context, manyAccounts } from '../fixtures/grants/grant-env.ts';
import { entryOf } from '../fixtures/grants/kind-cases.ts';

const kind = assumeRolePermission as GrantKind;
/** Small policies, so that few accounts need several. */
const small: GrantContext = {
  ...context,
  limits: {
    ...context.limits,
    managedPolicyCharacters: 1_200,
    managedPoliciesPerGroup: 40,
    managedPoliciesPerRole: 40,
  },
};
const everybody = manyAccounts(60);

const entries: readonly GrantEntry[] = ['read', 'develop', 'administer'].map((name, index) =>
  entryOf(kind, {
    name,
    groups: ['Administrators'],
    role: `people/${name}${'x'.repeat(index * 9)}`,
    mfa: index > 0,
  }),
);

const ref = kind.listResources(entries[0] as GrantEntry, small)[0] as ReturnType<
  GrantKind['listResources']
>[0];

/** Which accounts each grant is for. */
type Wanted = readonly (readonly Account[])[];

const render = (actual: unknown, wanted: Wanted): ManagedPolicies => {
  const shares = entries.map((entry, index) => ({ entry, accounts: wanted[index] ?? [] }));
  return kind.render({ ref, actual, shares, remembered: [], context: small }).next as ManagedPolicies;
};

const resourcesOf = ({ policies }: ManagedPolicies): readonly string[] =>
  policies
    .flatMap(({ document }) => document.Statement.flatMap(({ Resource }) => [Resource ?? []].flat()))
    .toSorted();

const expected = (wanted: Wanted): readonly string[] =>
  wanted
    .flatMap((accounts, index) =>
      accounts.map(({ id }) => `arn:aws:iam::${id}:role/${(entries[index] as { role?: string }).role}`),
    )
    .toSorted();

const someAccounts = fc.subarray([...everybody]);
const wantedArbitrary = fc.tuple(someAccounts, someAccounts, someAccounts);
const settings = { seed: 20_260_301, numRuns: 150 };

describe('over any joins and leaves', () => {
  const history = fc.array(wantedArbitrary, { minLength: 1, maxLength: 6 });

  test('keeps each account once and every policy within its limit, whatever accounts come and go', () => {
    fc.assert(
      fc.property(history, (steps) => {
        let state = kind.empty as ManagedPolicies;
        for (const wanted of steps) {
          state = render(state, wanted);
          expect(resourcesOf(state)).toEqual(expected(wanted));
          for (const policy of state.policies)
            expect(measurePolicy(toSentDocument(policy), 'characters')).toBeLessThanOrEqual(
              small.limits.managedPolicyCharacters,
            );
        }
      }),
      settings,
    );
  });

  test('changes nothing when policies are rendered again', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const state = steps.reduce<ManagedPolicies>(render, kind.empty as ManagedPolicies);

        expect(kind.isSame(state, render(state, steps.at(-1) ?? []))).toBe(true);
      }),
      settings,
    );
  });

  test('changes or adds one policy when one account is added', () => {
    const grantsOfNewest = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean());
    fc.assert(
      fc.property(history, fc.nat(everybody.length), grantsOfNewest, (steps, at, joins) => {
        const before = steps.reduce<ManagedPolicies>(render, kind.empty as ManagedPolicies);
        const newest = { ...(everybody[0] as Account), id: String(100_000_000_003 + at * 7) };
        const wanted = (steps.at(-1) ?? []).map((accounts, index) =>
          joins[index] ? [...accounts, newest].sort((a, b) => (a.id < b.id ? -1 : 1)) : accounts,
        );

        const after = render(before, wanted);

        expect(touched(before, after)).toBe(joins.includes(true) ? 1 : 0);
      }),
      settings,
    );
  });

  test('changes only the policies that name an account when it is removed', () => {
    fc.assert(
      fc.property(history, fc.constantFrom(...everybody), (steps, leaver) => {
        const before = steps.reduce<ManagedPolicies>(render, kind.empty as ManagedPolicies);
        const naming = before.policies.filter(({ document }) => JSON.stringify(document).includes(leaver.id));
        const wanted = (steps.at(-1) ?? []).map((accounts) => accounts.filter(({ id }) => id !== leaver.id));

        expect(touched(before, render(before, wanted))).toBe(naming.length);
      }),
      settings,
    );
  });

  test('attaches a detached policy for one more account only when the attached policies are full', () => {
    const detached = fc.uniqueArray(fc.nat(12));
    fc.assert(
      fc.property(fc.array(fc.tuple(wantedArbitrary, detached), { minLength: 2, maxLength: 6 }), (steps) => {
        let state = kind.empty as ManagedPolicies;
        for (const [wanted, numbers] of steps) {
          const before = detach(state, numbers);
          state = render(before, wanted);
          const gone = attachedNames(before).filter((name) => !attachedNames(state).includes(name));
          const come = attachedNames(state).filter((name) => !attachedNames(before).includes(name));

          expect(resourcesOf(state)).toEqual(expected(wanted));
          expect(state.policies.map(({ name }) => name).sort()).toEqual(attachedNames(state));
          expect(Math.min(gone.length, come.length)).toBe(0);
        }
      }),
      settings,
    );
  });
});

const detach = ({ policies, ...others }: ManagedPolicies, numbers: readonly number[]): ManagedPolicies => ({
  ...others,
  policies: policies.map((policy, index) => ({
    ...policy,
    attached: policy.attached && !numbers.includes(index),
  })),
});

const attachedNames = ({ policies }: ManagedPolicies): readonly string[] =>
  policies.flatMap(({ name, attached }) => (attached ? [name] : [])).sort();

/** How many policies differ, are new or are gone. */
function touched(before: ManagedPolicies, after: ManagedPolicies): number {
  const names = new Set([...before.policies, ...after.policies].map(({ name }) => name));
  const documentOf = (state: ManagedPolicies, name: string) =>
    state.policies.find((policy) => policy.name === name)?.document;
  return [...names].filter((name) => !isSamePolicy(documentOf(before, name), documentOf(after, name))).length;
}

test('refuses a permission that does not fit into an empty policy, and states its size', () => {
  const tiny = { ...small, limits: { ...small.limits, managedPolicyCharacters: 100 } };
  const shares = [{ entry: entries[0] as GrantEntry, accounts: everybody.slice(0, 1) }];

  expect(() => kind.render({ ref, actual: kind.empty, shares, remembered: [], context: tiny })).toThrow(
    /alone takes \d+ characters, and limits.managedPolicyCharacters is 100/,
  );
});

test('keeps an account in one policy when an outdated list of IAM showed it in two', () => {
  const wanted = [everybody.slice(0, 3), [], []];
  const once = render(kind.empty, wanted);
  const [policy] = once.policies;
  if (policy === undefined) throw new Error('There is no policy');
  const twice = { ...once, policies: [policy, { ...policy, name: `${policy.name}0` }] };

  const after = render(twice, wanted);

  expect(resourcesOf(after)).toEqual(expected(wanted));
  expect(after.policies.map(({ name }) => name)).toEqual([policy.name]);
});

test('writes the policy that gains accounts before the policy that loses them', () => {
  const [read, develop] = entries as [GrantEntry, GrantEntry];
  const forAll = { ...read, match: 'organization' } as const;
  const withReaders = (actual: unknown, first: GrantEntry) => {
    const shares = [
      { entry: first, accounts: everybody.slice(0, 1) },
      { entry: develop, accounts: everybody.slice(0, 15) },
    ];
    return kind.render({ ref, actual, shares, remembered: [], context: small }).next as ManagedPolicies;
  };
  const listing = withReaders(kind.empty, read);
  const [full] = listing.policies;
  const [open] = withReaders(listing, forAll).policies.filter(({ name }) => name !== full?.name);
  if (full === undefined || open === undefined) throw new Error('There are no two policies');
  const actual = { ...listing, policies: [full, { ...open, attached: false }] };

  const after = withReaders(actual, forAll);

  expect(after.policies.map(({ name }) => name)).toEqual([open.name, full.name]);
});
