import { describe, expect, test } from '@jest/globals';
import type { Configuration } from '../../shared/configuration/schema.ts';
import type { DocumentState } from '../../shared/grants/document-rendering.ts';
import { createPolicy, type Statement } from '../../shared/iam/document.ts';
import type { Account } from '../../shared/platform/account.ts';
import { PolicyTooLargeError } from '../../shared/platform/aws/errors.ts';
import type { CapacitySuggestion } from '../../shared/reconcile/capacity-suggestions.ts';
import type { PlanRequest } from '../../shared/reconcile/plan-types.ts';
import { account, configurationWith, members, planOnly } from '../fixtures/plan-fixture.ts';

const images = (more: object = {}) => ({
  name: 'images',
  kind: 'ecr-repository-policy',
  account: 'shared',
  repositories: ['base/node'],
  preset: 'pull',
  for: { all: true },
  ...more,
});

const people = (more: object = {}) => ({
  name: 'people',
  kind: 'assume-role-permission',
  account: 'security',
  groups: ['Readers'],
  role: 'people/ReadOnly',
  for: { all: true },
  ...more,
});

/** The refusal of the only resource of these grants. */
function refusal(
  grants: readonly object[],
  accounts: readonly Account[],
  more: Partial<PlanRequest> = {},
): PolicyTooLargeError {
  try {
    planOnly(configurationWith(grants), accounts, more);
  } catch (error) {
    if (error instanceof PolicyTooLargeError) return error;
    throw error;
  }
  throw new Error('It was not refused');
}

const remedies = ({ fields }: PolicyTooLargeError): readonly CapacitySuggestion[] =>
  fields.remedies as readonly CapacitySuggestion[];

const fits = (configuration: Configuration, accounts: readonly Account[]): boolean => {
  const { size, limit } = planOnly(configuration, accounts);
  return size <= limit;
};

describe('a repository for five hundred accounts', () => {
  const accounts = members(500);
  const error = refusal([images()], accounts);

  test('says the numbers, and which changes would take them all', () => {
    expect(error.fields).toMatchObject({ accounts: 500, fit: 303, limit: 10_240, foreign: 0 });
    expect(error.message).toMatch(
      /the policy for 500 accounts would have 16\d{3} characters, .* takes 10240; 303 fit/,
    );
    expect(error.message).toMatch(
      /All 500 fit, as was tried, with accountsIn: condition for grant images; or with match: organization for grant images; or with 2 such resources, each for 250 accounts at most$/,
    );
  });

  test('each of them is true', () => {
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

test('what takes some more, but not all, is said with its number', () => {
  const tagged = members(900).map((each) => account(each.id, { tags: { image: 'yes' } }));

  const error = refusal([images({ for: { tags: { image: 'yes' } } })], tagged);
  const [packing] = remedies(error).filter(({ change }) => change === 'accountsIn: condition');

  expect(packing?.fit).toBeGreaterThan(600);
  expect(packing?.fit).toBeLessThan(900);
  const grant = images({ accountsIn: 'condition', for: { tags: { image: 'yes' } } });
  expect(fits(configurationWith([grant]), tagged.slice(0, packing?.fit))).toBe(true);
  expect(() => fits(configurationWith([grant]), tagged.slice(0, (packing?.fit ?? 0) + 1))).toThrow(
    PolicyTooLargeError,
  );
  expect(remedies(error).map(({ change }) => change)).not.toContain('match: organization');
});

test('an OU that the grant names by its id can be the match', () => {
  const here = members(500).map((each) => account(each.id, { parentIds: ['r-abcd', 'ou-abcd-12345678'] }));

  const error = refusal([images({ for: { ous: ['ou-abcd-12345678'] } })], here);

  expect(remedies(error)).toContainEqual({ change: 'match: ou', grants: ['images'], fit: 500 });
});

test('of two grants that do not fit together, each is tried on a resource of its own', () => {
  const lambda = images({ name: 'functions', preset: 'lambda-pull' });

  const error = refusal([images({ for: { all: true } }), lambda], members(110));

  expect(remedies(error)).toContainEqual({
    change: 'a resource of its own',
    grants: ['functions'],
    fit: 110,
  });
  expect(error.message).toContain('a resource of its own for grant functions');
});

test('more people than the policies of a group hold', () => {
  const error = refusal([people()], members(1_500));

  expect(error.message).toMatch(/1500 accounts need 13 managed policies, and 10 of 10 can be attached/);
  expect(error.message).not.toContain('managedPoliciesPerGroup');
  expect(error.message).toMatch(/All 1500 fit, as was tried, with accountsIn: condition for grant people/);
  expect(error.message).toContain('2 such resources, each for 750 accounts at most');
});

test('says which quota AWS can have raised when a role needs more policies', () => {
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

test('lets a trust policy grow to the limit that the configuration sets', () => {
  const raised = configurationWith([trusting], { limits: { roleTrustPolicyCharacters: 4_096 } });

  const error = refusal([trusting], members(80));

  expect(error.message).toMatch(
    /takes 2048; 5\d fit\. If AWS has raised your quota, set limits\.roleTrustPolicyCharacters to \d{4}\./,
  );
  expect(planOnly(raised, members(80))).toMatchObject({ limit: 4_096, changed: true });
});

test('names no limit when a trust policy is larger than AWS ever allows', () => {
  const error = refusal([trusting], members(400));

  expect(error.message).not.toContain('limits.');
});

test('a group to which ten policies of others are attached', () => {
  const error = refusal([people()], members(3), { actual: { policies: [], othersAttached: 10 } });

  expect(error.fields).toMatchObject({ needed: 1, attachable: 0, fit: 0 });
  expect(error.message).toMatch(/0 of 10 can be attached \(10 unmanaged policies are attached\)/);
  expect(error.message).toContain('Detach policies that are not needed');
  expect(error.message).not.toContain('managedPoliciesPerGroup');
  expect(error.message).toMatch(
    /All 3 fit, as was tried, with such a resource that others have left room on/,
  );
});

describe('a policy that others have nearly filled', () => {
  const filled = (characters: number) => ({
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'x'.repeat(characters),
          Effect: 'Deny' as const,
          Principal: '*' as const,
          Action: 'ecr:DeleteRepository',
        },
      ],
    },
  });

  test('takes as many as fit, and says what the others take', () => {
    const error = refusal([images()], members(30), { actual: filled(9_600) });

    expect(error.fields).toMatchObject({ accounts: 30, foreign: expect.any(Number) });
    expect(Number(error.fields.foreign)).toBeGreaterThan(9_600);
    expect(error.message).toMatch(/takes 10240, of which unmanaged statements take 9\d{3}; \d+ fit/);
    expect(error.message).toContain('such a resource that others have left room on');
  });

  test('or not even one', () => {
    const error = refusal([images()], members(30), { actual: filled(10_100) });

    expect(error.message).toContain('0 fit');
  });
});

test('a preset that knows no other packing or match can only be spread', () => {
  const trail = {
    name: 'trail',
    kind: 'kms-key-policy',
    account: 'log',
    key: '1234abcd-12ab-34cd-56ef-1234567890ab',
    preset: 'cloudtrail-encrypt',
    for: { all: true },
  };
  const crowded = { document: { Version: '2012-10-17', Statement: [filler(32_000)] } };

  const error = refusal([trail], members(2_000), { actual: crowded });

  expect(remedies(error).map(({ change }) => change)).toEqual([
    '4 such resources, each for 500 accounts at most',
  ]);
});

const filler = (characters: number) => ({
  Sid: 'x'.repeat(characters),
  Effect: 'Deny' as const,
  Principal: { AWS: '444455556666' },
  Action: 'kms:ScheduleKeyDeletion',
  Resource: '*',
});

const encrypted = (more: object = {}) => ({
  name: 'volumes',
  kind: 'kms-grant',
  account: 'shared',
  key: '1234abcd-12ab-34cd-56ef-1234567890ab',
  preset: 'auto-scaling',
  for: { all: true },
  ...more,
});

/** The refusal of a key that takes so many grants. */
function refusalOfKey(grantsPerKey: number, grants: readonly object[], count: number): PolicyTooLargeError {
  try {
    planOnly(configurationWith(grants, { limits: { grantsPerKey } }), members(count));
  } catch (error) {
    if (error instanceof PolicyTooLargeError) return error;
    throw error;
  }
  throw new Error('It was not refused');
}

test('offers no division of the accounts when one account alone does not fit', () => {
  const error = refusalOfKey(1, [encrypted(), encrypted({ name: 'more', customSuffix: 'more' })], 3);

  expect(remedies(error)).toEqual([
    { change: 'a resource of its own', grants: ['volumes'], fit: 1 },
    { change: 'a resource of its own', grants: ['more'], fit: 1 },
  ]);
  expect(error.message).toMatch(
    /\. More fit, as was tried, with a resource of its own for grant volumes \(1\); or with a resource of its own for grant more \(1\)$/,
  );
});

test('offers a division when one account alone fits', () => {
  expect(remedies(refusalOfKey(1, [encrypted()], 3))).toEqual([
    { change: '3 such resources, each for 1 accounts at most', grants: [], fit: 3 },
  ]);
});

test('names several grants of one change in one list', () => {
  const grants = [images(), images({ name: 'functions' })];

  const error = refusal(grants, members(500));

  expect(error.message).toContain('match: organization for grants images, functions');
});

describe('what unmanaged statements take of a policy that is too large', () => {
  const { next, owned: remembered } = planOnly(configurationWith([images()]), members(100));
  const { document = createPolicy() } = next as DocumentState;
  const unmanaged: Statement = {
    Sid: 'Partner',
    Effect: 'Deny',
    Principal: '*',
    Action: 'ecr:DeleteRepository',
  };

  test('is nothing when every statement is managed', () => {
    const error = refusal([images()], members(500), { actual: { document }, remembered });

    expect(error.fields).toMatchObject({ foreign: 0 });
    expect(error.message).not.toContain('of which unmanaged statements take');
  });

  test('is the size of the policy without the managed statements', () => {
    const Statement = [unmanaged, ...document.Statement];

    const error = refusal([images()], members(500), {
      actual: { document: { ...document, Statement } },
      remembered,
    });

    expect(error.fields.foreign).toBe(JSON.stringify({ ...document, Statement: [unmanaged] }).length);
  });
});
