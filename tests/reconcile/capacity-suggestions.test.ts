import { describe, expect, test } from '@jest/globals';
import type { Configuration } from '../../shared/configuration/schema.ts';
import type { Account } from '../../shared/platform/account.ts';
import { images, refusal, remedies } from '../fixtures/capacity-refusal.ts';
import { account } from '../fixtures/member-account.ts';
import { configurationWith, members, planOnly } from '../fixtures/plan-fixture.ts';

const people = (more: object = {}) => ({
  name: 'people',
  kind: 'assume-role-permission',
  account: 'security',
  groups: ['Readers'],
  role: 'people/ReadOnly',
  for: { all: true },
  ...more,
});

const fits = (configuration: Configuration, accounts: readonly Account[]): boolean => {
  const { size, limit } = planOnly(configuration, accounts);
  return size <= limit;
};

describe('a repository for five hundred accounts', () => {
  const accounts = members(500);
  const error = refusal([images()], accounts);

  test('states the numbers of a full repository policy, and the changes that would make room', () => {
    expect(error.fields).toMatchObject({ accounts: 500, fit: 303, limit: 10_240, foreign: 0 });
    expect(error.message).toMatch(
      /the policy for 500 accounts would have 16\d{3} characters, .* takes 10240; 303 accounts fit/,
    );
    expect(error.message).toMatch(
      /Tested: all 500 accounts fit with accountsIn: condition for grant images; or with match: organization for grant images; or with 2 such resources, each for 250 accounts at most$/,
    );
  });

  test('makes room when a suggestion is followed', () => {
    expect(remedies(error).map(({ change, fit }) => [change, fit])).toEqual([
      ['accountsIn: condition', 500],
      ['match: organization', 500],
      ['2 such resources, each for 250 accounts at most', 500],
    ]);
    expect(fits(configurationWith([images({ accountsIn: 'condition' })]), accounts)).toBe(true);
    expect(fits(configurationWith([images({ match: 'organization' })]), accounts)).toBe(true);
    expect(fits(configurationWith([images()]), members(250))).toBe(true);
  });
});

test('states the number when a suggestion makes room for some accounts only', () => {
  const tagged = members(900).map((each) => account(each.id, { tags: { image: 'yes' } }));

  const error = refusal([images({ for: { tags: { image: 'yes' } } })], tagged);
  const [packing] = remedies(error).filter(({ change }) => change === 'accountsIn: condition');

  expect(packing?.fit).toBeGreaterThan(600);
  expect(packing?.fit).toBeLessThan(900);
  const grant = images({ accountsIn: 'condition', for: { tags: { image: 'yes' } } });
  expect(fits(configurationWith([grant]), tagged.slice(0, packing?.fit))).toBe(true);
  expect(refusal([grant], tagged.slice(0, (packing?.fit ?? 0) + 1)).fields.fit).toBe(packing?.fit);
  expect(remedies(error).map(({ change }) => change)).not.toContain('match: organization');
});

test('suggests an OU that the grant names by its id', () => {
  const here = members(500).map((each) => account(each.id, { parentIds: ['r-abcd', 'ou-abcd-12345678'] }));

  const error = refusal([images({ for: { ous: ['ou-abcd-12345678'] } })], here);

  expect(remedies(error)).toContainEqual({ change: 'match: ou', grants: ['images'], fit: 500 });
});

test('tries each of two grants on its own resource when they do not fit together', () => {
  const lambda = images({ name: 'functions', preset: 'lambda-pull' });

  const error = refusal([images({ for: { all: true } }), lambda], members(110));

  expect(remedies(error)).toContainEqual({
    change: 'a resource of its own',
    grants: ['functions'],
    fit: 110,
  });
  expect(error.message).toContain('a resource of its own for grant functions');
});

test('reports more accounts than the policies of a group can hold', () => {
  const error = refusal([people()], members(1_500));

  expect(error.message).toMatch(/1500 accounts need 13 managed policies, and 10 of 10 can be attached/);
  expect(error.message).not.toContain('managedPoliciesPerGroup');
  expect(error.message).toMatch(/Tested: all 1500 accounts fit with accountsIn: condition for grant people/);
  expect(error.message).toContain('2 such resources, each for 750 accounts at most');
});

test('names the quota of attached policies, which AWS can raise, when a role needs more policies', () => {
  const ofRole = people({ groups: undefined, roles: ['Reader'], mfa: false });

  const some = refusal([ofRole], members(1_500));
  const many = refusal([ofRole], members(4_000));

  expect(some.message).toContain('If AWS has raised your quota, set limits.managedPoliciesPerRole to 13');
  expect(many.message).toMatch(/need 3\d managed policies/);
  expect(many.message).not.toContain('managedPoliciesPerRole');
});

const trusting = {
  name: 'readers',
  kind: 'role-trust-policy',
  account: 'security',
  role: 'Reader',
  for: { all: true },
};

test('accepts a trust policy up to the limit that the configuration sets', () => {
  const raised = configurationWith([trusting], { limits: { roleTrustPolicyCharacters: 4_096 } });

  const error = refusal([trusting], members(80));

  expect(error.message).toMatch(
    /takes 2048; 5\d accounts fit\. If AWS has raised your quota, set limits\.roleTrustPolicyCharacters to \d{4}\./,
  );
  expect(planOnly(raised, members(80))).toMatchObject({ limit: 4_096, changed: true });
});

test('suggests no raised limit when a trust policy is larger than AWS ever allows', () => {
  const error = refusal([trusting], members(400));

  expect(error.message).not.toContain('limits.');
});

test('reports a group with ten unmanaged policies', () => {
  const error = refusal([people()], members(3), { actual: { policies: [], othersAttached: 10 } });

  expect(error.fields).toMatchObject({ needed: 1, attachable: 0, fit: 0 });
  expect(error.message).toMatch(/0 of 10 can be attached \(10 unmanaged policies are attached\)/);
  expect(error.message).toContain('Detach policies that are not needed');
  expect(error.message).not.toContain('managedPoliciesPerGroup');
  expect(error.message).toMatch(
    /Tested: all 3 accounts fit with such a resource without unmanaged statements/,
  );
});
