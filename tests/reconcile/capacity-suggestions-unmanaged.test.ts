import { describe, expect, test } from '@jest/globals';
import type { DocumentState } from '../../shared/grants/document-rendering.ts';
import { createPolicy, type Statement } from '../../shared/iam/document.ts';
import { PolicyTooLargeError } from '../../shared/platform/aws/errors.ts';
import { images, refusal, remedies } from '../fixtures/capacity-refusal.ts';
import { configurationWith, members, planOnly } from '../fixtures/plan-fixture.ts';

describe('a policy that unmanaged statements nearly fill', () => {
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

  test('states how many accounts fit and how much room unmanaged statements take', () => {
    const error = refusal([images()], members(30), { actual: filled(9_600) });

    expect(error.fields).toMatchObject({ accounts: 30, foreign: expect.any(Number) });
    expect(Number(error.fields.foreign)).toBeGreaterThan(9_600);
    expect(error.message).toMatch(/takes 10240, of which unmanaged statements take 9\d{3}; \d+ accounts fit/);
    expect(error.message).toContain('such a resource without unmanaged statements');
  });

  test('reports 0 accounts when not even one fits', () => {
    const error = refusal([images()], members(30), { actual: filled(10_100) });

    expect(error.message).toContain('0 accounts fit');
  });
});

test('suggests a split when a preset has no other packing or match', () => {
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
    const plan = planOnly(configurationWith(grants, { limits: { grantsPerKey } }), members(count));
    if (plan.refused instanceof PolicyTooLargeError) return plan.refused;
  } catch (error) {
    if (error instanceof PolicyTooLargeError) return error;
    throw error;
  }
  throw new Error('It was not refused');
}

test('suggests no split when not even one account fits', () => {
  const error = refusalOfKey(1, [encrypted(), encrypted({ name: 'more', customSuffix: 'more' })], 3);

  expect(remedies(error)).toEqual([
    { change: 'a resource of its own', grants: ['volumes'], fit: 1 },
    { change: 'a resource of its own', grants: ['more'], fit: 1 },
  ]);
  expect(error.message).toMatch(
    /\. Tested: more accounts fit with a resource of its own for grant volumes \(1\); or with a resource of its own for grant more \(1\)$/,
  );
});

test('suggests a split when one account alone fits', () => {
  expect(remedies(refusalOfKey(1, [encrypted()], 3))).toEqual([
    { change: '3 such resources, each for 1 accounts at most', grants: [], fit: 3 },
  ]);
});

test('names several grants of one suggestion in one list', () => {
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

  test('returns 0 bytes of unmanaged statements when every statement is managed', () => {
    const error = refusal([images()], members(500), { actual: { document }, remembered });

    expect(error.fields).toMatchObject({ foreign: 0 });
    expect(error.message).not.toContain('of which unmanaged statements take');
  });

  test('returns the size of the unmanaged statements when a policy has some', () => {
    const Statement = [unmanaged, ...document.Statement];

    const error = refusal([images()], members(500), {
      actual: { document: { ...document, Statement } },
      remembered,
    });

    expect(error.fields.foreign).toBe(JSON.stringify({ ...document, Statement: [unmanaged] }).length);
  });
});
