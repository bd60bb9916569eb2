import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ManagedPolicies } from '../../shared/grants/managed-policies.ts';
import { findAccountIds } from '../../shared/iam/accounts.ts';
import type { Account } from '../../shared/platform/account.ts';
import type { DesiredResource } from '../../shared/reconcile/desired-resource.ts';
import type { PlanRequest, ResourcePlan } from '../../shared/reconcile/plan-types.ts';
import {
  activationId,
  assume,
  configurationWith,
  idsOf,
  makePlan,
  members,
  now,
  onlyResource,
  readSecret,
} from '../fixtures/plan-fixture.ts';

const more = { account: 'shared', for: { all: true } };
const makers: Readonly<Record<string, (fields: object) => object>> = {
  'secret-resource-policy': readSecret,
  'assume-role-permission': assume,
  'ami-launch-permission': (fields) => ({
    kind: 'ami-launch-permission',
    images: ['ami-0123456789abcdef0'],
    ...more,
    ...fields,
  }),
  'kms-grant': (fields) => ({
    kind: 'kms-grant',
    key: '11111111-2222-3333-4444-555555555555',
    preset: 'auto-scaling',
    ...more,
    ...fields,
  }),
};

const everybody = members(40);
const some = fc.subarray([...everybody], { minLength: 1 });

/** Grants under names that come and go, for whom they are, and who has left or is closed. */
const stepArbitrary = fc.record({
  names: fc.uniqueArray(fc.constantFrom('a', 'b', 'a-b', 'c'), { minLength: 1, maxLength: 3 }),
  wanted: fc.tuple(some, some, some),
  graceHours: fc.constantFrom(0, 24),
  left: fc.subarray([...everybody], { maxLength: 5 }),
  closed: fc.subarray([...everybody], { maxLength: 3 }),
});

type Step = typeof stepArbitrary extends fc.Arbitrary<infer T> ? T : never;

function requestFor(
  make: (fields: object) => object,
  { names, wanted, graceHours, left, closed }: Step,
): Omit<PlanRequest, 'actual' | 'remembered'> {
  const accounts = everybody.map((account): Account => {
    const state = left.includes(account) ? 'DEPARTED' : closed.includes(account) ? 'SUSPENDED' : 'ACTIVE';
    return { ...account, state };
  });
  const grants = names.map((name, index) => make({ name, for: { accounts: idsOf(wanted[index] ?? []) } }));
  const configuration = configurationWith(grants, { graceHours });
  const members = accounts.filter(({ state }) => state === 'ACTIVE');
  return { desired: onlyResource(configuration, members), configuration, accounts, now, activationId };
}

/** As it is read after it was written. */
const readBack = (state: unknown): unknown => {
  const { policies } = state as Partial<ManagedPolicies>;
  return policies === undefined
    ? state
    : {
        ...(state as ManagedPolicies),
        policies: policies.map((policy) => ({ ...policy, arn: policy.name })),
      };
};

const namedIn = ({ kind }: DesiredResource, state: unknown, remembered: readonly string[]) =>
  new Set(
    Object.values(kind.toDocuments(state, remembered)).flatMap((document) =>
      (document?.Statement ?? []).flatMap((statement) => [...findAccountIds(statement)]),
    ),
  );

function expectTold({ desired, actual, remembered }: PlanRequest, plan: ResourcePlan): void {
  const before = namedIn(desired, actual, remembered);
  const after = namedIn(desired, plan.next, plan.owned);
  const wanted = desired.shares.flatMap(({ accounts }) => idsOf(accounts));
  const stay = [...wanted, ...plan.holds.map(({ accountId }) => accountId)];
  expect(stay.filter((id) => !after.has(id))).toEqual([]);
  expect([...before].filter((id) => !after.has(id) && !plan.removed.includes(id))).toEqual([]);
  expect([...after].filter((id) => !before.has(id) && !plan.added.includes(id))).toEqual([]);
}

test.each(Object.entries(makers))(
  'reports added, removed and held accounts, and changes nothing in the next plan, for any grants of a %s',
  (_, make) => {
    fc.assert(
      fc.property(fc.array(stepArbitrary, { minLength: 2, maxLength: 6 }), (steps) => {
        let last: { readonly actual: unknown; readonly remembered: readonly string[] } | undefined;
        for (const step of steps) {
          const asked = requestFor(make, step);
          const request = { ...asked, ...(last ?? { actual: asked.desired.kind.empty, remembered: [] }) };
          const plan = makePlan(request);
          expectTold(request, plan);
          last = { actual: readBack(plan.next), remembered: plan.owned };
          const again = makePlan({
            ...request,
            ...last,
            holds: plan.holds,
          });
          expect(again).toMatchObject({ changed: false, blocked: plan.blocked });
        }
      }),
      { seed: 11, numRuns: 60 },
    );
  },
);
