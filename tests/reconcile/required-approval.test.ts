import { describe, expect, it, test } from '@jest/globals';
import { storeOus } from '../../shared/accounts/stored-ous.ts';
import { listDesiredResources } from '../../shared/reconcile/desired-resources.ts';
import {
  assumeApproved,
  createApprovalTest,
  createSelectionTest,
  hashApproval,
  isPendingApproval,
  isSamePendingState,
  listGains,
  toWaitingAccount,
} from '../../shared/reconcile/required-approval.ts';
import { account } from '../fixtures/member-account.ts';
import { configurationWith, idsOf, readSecret, shared } from '../fixtures/plan-fixture.ts';

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
      match: 'organization',
    }),
  ],
  { approval: { for: { all: true } } },
);

const granted = (approvedAs: typeof root | null | undefined) =>
  listDesiredResources(configuration, [
    account(here, {
      ...production,
      ...(approvedAs === undefined ? {} : { approval: { since, approvedAs } }),
    }),
  ]).flatMap(({ ref, shares }) => (shares.some(({ accounts }) => accounts.length > 0) ? ref.id : []));

describe('an account that waits is granted', () => {
  test('gives an account that was never approved only the access of a condition', () => {
    expect(granted(null)).toEqual(['deploy/organization']);
  });

  test('gives a waiting account only grants that select both its OU and its approved OU', () => {
    expect(granted(root)).toEqual(['deploy/all', 'deploy/organization']);
    expect(granted(undefined)).toEqual(['deploy/all', 'deploy/organization', 'deploy/production']);
  });
});

describe('approval is needed', () => {
  const needs = createApprovalTest(configuration);
  const moved = account(here, production);

  test('requires approval of a new account, and of an account that gains a grant with a list of accounts', () => {
    expect(needs?.(account(here), null)).toBe(true);
    expect(needs?.(moved, root)).toBe(true);
  });

  test('requires no approval when an account gains nothing', () => {
    expect(needs?.(account(here, { tags: { cost: '7' } }), root)).toBe(false);
  });

  test('requires no approval outside the approval selector and without an approval rule', () => {
    const some = createApprovalTest({
      ...configuration,
      approval: { for: { names: ['x'] }, timeLimitHours: 1 },
    });

    expect(some?.(account(here), null)).toBe(false);
    expect(createApprovalTest(configurationWith([readSecret()]))).toBeUndefined();
  });
});

test('lists what an approval adds in grants that list accounts', () => {
  const waiting = account(here, { ...production, approval: { since, approvedAs: root } });
  const others = [
    account('555566668888', { approval: { since, approvedAs: null } }),
    account('555566669999'),
  ];
  const accounts = [waiting, ...others];
  const ids = new Set(idsOf([waiting]));

  const gains = listGains(
    listDesiredResources(configuration, accounts),
    listDesiredResources(configuration, assumeApproved(accounts, ids)),
    ids,
  );

  expect(gains).toEqual([
    {
      resource: `secret-resource-policy/${shared}/eu-west-1/deploy/production`,
      grant: 'production',
      accountId: here,
    },
  ]);
});

test('lists what an approval adds in a fixed order, only for requested accounts and grants with lists', () => {
  const waiting = ['555566669999', '555566668888', '555566667777'].map((id) =>
    account(id, { ...production, approval: { since, approvedAs: null } }),
  );
  const ids = new Set(['555566669999', '555566668888']);

  const gains = listGains(
    listDesiredResources(configuration, waiting),
    listDesiredResources(configuration, assumeApproved(waiting, new Set(idsOf(waiting)))),
    ids,
  );

  expect(gains.map(({ grant, accountId }) => `${grant} ${accountId}`)).toEqual([
    'everywhere 555566668888',
    'everywhere 555566669999',
    'production 555566668888',
    'production 555566669999',
  ]);
});

describe('waits', () => {
  const approval = { since, approvedAs: null };

  it.each([
    [true, account(here, { approval })],
    [false, account(here)],
    [false, account(here, { approval, state: 'SUSPENDED' })],
    [false, account(here, { state: 'SUSPENDED' })],
  ])('returns %s as the answer whether this account waits for approval: %p', (expected, each) => {
    expect(isPendingApproval(each)).toBe(expected);
  });
});

describe('asIfApproved', () => {
  it('treats only the named accounts as approved', () => {
    const approval = { since, approvedAs: null };
    const [one, two] = [account(here, { approval }), account('555566668888', { approval })];

    expect(assumeApproved([one, two], new Set([here]))).toEqual([account(here), two]);
  });
});

describe('waitingAccount', () => {
  it('returns the OU of the account and the OU where it was approved', () => {
    const { ouPath, parentIds } = production;
    const position = { name: `account ${here}`, ouPath, parentIds, tags: {} };

    expect(toWaitingAccount(account(here, { ...production, approval: { since, approvedAs: root } }))).toEqual(
      {
        id: here,
        position,
        approvedAs: root,
      },
    );
    expect(toWaitingAccount(account(here, production))).toEqual({ id: here, position, approvedAs: null });
  });
});

describe('waitAlike', () => {
  const waiting = (position: typeof root, approvedAs: typeof root | null) => ({
    id: here,
    position,
    approvedAs,
  });
  const moved = { ...root, ...production };

  it.each([
    [true, 'both were never approved', waiting(root, null), waiting(root, null)],
    [true, 'both were approved in one position', waiting(moved, root), waiting(moved, { ...root })],
    [false, 'only one was ever approved', waiting(moved, root), waiting(moved, null)],
    [false, 'only the other was ever approved', waiting(moved, null), waiting(moved, root)],
    [false, 'they were approved in different positions', waiting(moved, root), waiting(moved, moved)],
    [false, 'they are in different positions', waiting(moved, null), waiting(root, null)],
    [false, 'they are in different positions, approved in one', waiting(moved, root), waiting(root, root)],
  ])(
    'returns %s as the answer whether two waiting accounts are in the same situation when %s',
    (expected, _, one, other) => {
      expect(isSamePendingState(one, other)).toBe(expected);
      expect(isSamePendingState({ ...one, id: '555566668888' }, other)).toBe(expected);
    },
  );
});

describe('approvalHash', () => {
  it('returns another approval hash when any shown field changes', () => {
    const content = { installation: 'test', configurationHash: 'a', accounts: [], gains: [] };
    const gain = { resource: 'r', grant: 'g', accountId: here };
    const hashes = [
      content,
      { ...content, installation: 'other' },
      { ...content, configurationHash: 'b' },
      { ...content, accounts: [toWaitingAccount(account(here))] },
      { ...content, gains: [gain] },
    ].map(hashApproval);

    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hashApproval({ ...content })).toBe(hashes[0]);
  });
});

describe('approvalNeeded', () => {
  it('requires no approval when a move gains only a grant with a condition', () => {
    const held = configurationWith([readSecret({ match: 'ou', for: { ous: ['ou-abcd-11111111'] } })], {
      approval: { for: { all: true } },
    });

    expect(createApprovalTest(held)?.(account(here, production), root)).toBe(false);
  });
});

describe('selectionBy', () => {
  const ouId = 'ou-abcd-11111111';
  const inOu = (ouPath: string, id = ouId) => ({ ouPath, parentIds: ['r-abcd', id] });
  const ous = storeOus(['Production'], [account(here, inOu('Production'))]);
  const [entry] = configurationWith([readSecret({ for: { ous: ['Production'] } })]).grants;
  if (entry === undefined) throw new Error('There is no grant');

  it.each([
    ['unresolved', 'its OU was renamed after the approval', inOu('Prod'), inOu('Production')],
    [
      'unresolved',
      'its OU was renamed before the approval, and has its name again',
      inOu('Production'),
      inOu('Prod'),
    ],
    [
      'not-selected',
      'it moved out of an OU that was renamed',
      inOu('Sandbox', 'ou-abcd-22222222'),
      inOu('Prod'),
    ],
    ['selected', 'it was approved in the OU', inOu('Production'), inOu('Production')],
    [
      'not-selected',
      'it was approved in another OU',
      inOu('Production'),
      inOu('Sandbox', 'ou-abcd-22222222'),
    ],
  ])('returns the selection %s for a waiting account when %s', (expected, _, position, approvedIn) => {
    const waiting = account(here, {
      ...position,
      approval: { since, approvedAs: { ...root, ...approvedIn } },
    });

    expect(createSelectionTest(entry, ous)(waiting)).toBe(expected);
  });
});

describe('gains', () => {
  it('orders the grants of one resource by name', () => {
    const two = configurationWith([readSecret({ name: 'second' }), readSecret({ name: 'first' })]);
    const waiting = [account(here, { approval: { since, approvedAs: null } })];
    const ids = new Set([here]);

    const gains = listGains(
      listDesiredResources(two, waiting),
      listDesiredResources(two, assumeApproved(waiting, ids)),
      ids,
    );

    expect(gains.map(({ grant }) => grant)).toEqual(['first', 'second']);
  });
});
