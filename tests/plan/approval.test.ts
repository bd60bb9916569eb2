import { describe, expect, test } from '@jest/globals';
import { approvalNeeded, asIfApproved, gains } from '../../shared/plan/approval.ts';
import { desiredResources } from '../../shared/plan/desired.ts';
import { account, configurationWith, idsOf, readSecret, shared } from './fixture.ts';

const here = '555566667777';
const production = { ouPath: 'Production', parentIds: ['r-abcd', 'ou-abcd-11111111'] };
const root = { name: 'before', ouPath: '', parentIds: ['r-abcd'], tags: {} };
const since = '2026-03-02T09:00:00.000Z';

const configuration = configurationWith(
  [
    readSecret({ name: 'everywhere', secrets: ['deploy/all'] }),
    readSecret({ name: 'production', secrets: ['deploy/production'], for: { ous: ['Production'] } }),
    readSecret({
      name: 'root',
      secrets: ['deploy/root'],
      for: { all: true, except: [{ ous: ['Production'] }] },
    }),
    readSecret({
      name: 'by-itself',
      secrets: ['deploy/organization'],
      membership: 'organization',
    }),
  ],
  { approval: { for: { all: true } } },
);

const granted = (approvedAs: typeof root | null | undefined) =>
  desiredResources(configuration, [
    account(here, {
      ...production,
      ...(approvedAs === undefined ? {} : { approval: { since, approvedAs } }),
    }),
  ]).flatMap(({ ref, shares }) => (shares.some(({ accounts }) => accounts.length > 0) ? ref.id : []));

describe('an account that waits is granted', () => {
  test('when it never was approved, only what a condition holds, which lets it in anyway', () => {
    expect(granted(null)).toEqual(['deploy/organization']);
  });

  test('what it would be granted both here and where it was approved', () => {
    expect(granted(root)).toEqual(['deploy/all', 'deploy/organization']);
    expect(granted(undefined)).toEqual(['deploy/all', 'deploy/organization', 'deploy/production']);
  });
});

describe('approval is needed', () => {
  const needs = approvalNeeded(configuration);
  const moved = account(here, production);

  test('by who was never approved, and by who gains a grant that lists accounts', () => {
    expect(needs?.(account(here), null)).toBe(true);
    expect(needs?.(moved, root)).toBe(true);
  });

  test('not by who gains nothing', () => {
    expect(needs?.(account(here, { tags: { cost: '7' } }), root)).toBe(false);
  });

  test('not by whom the selector does not match, and by nobody where none is asked for', () => {
    const some = approvalNeeded({ ...configuration, approval: { for: { names: ['x'] }, timeLimitHours: 1 } });

    expect(some?.(account(here), null)).toBe(false);
    expect(approvalNeeded(configurationWith([readSecret()]))).toBeUndefined();
  });
});

test('what approval would give is what the grants that list accounts then list in addition', () => {
  const waiting = account(here, { ...production, approval: { since, approvedAs: root } });
  const others = [
    account('555566668888', { approval: { since, approvedAs: null } }),
    account('555566669999'),
  ];
  const accounts = [waiting, ...others];
  const ids = new Set(idsOf([waiting]));

  const found = gains(
    desiredResources(configuration, accounts),
    desiredResources(configuration, asIfApproved(accounts, ids)),
    ids,
  );

  expect(found).toEqual([
    {
      resource: `secret-resource-policy/${shared}/eu-west-1/deploy/production`,
      grant: 'production',
      accountId: here,
    },
  ]);
});
