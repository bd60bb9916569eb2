import { describe, expect, it, test } from '@jest/globals';
import type { Account } from '../../shared/platform/account.ts';
import {
  formatUnresolvedPaths,
  isIncomplete,
  listOuPaths,
  listUnresolvedPaths,
  type UnresolvedSource,
} from '../../shared/reconcile/unresolved-ous.ts';
import {
  account,
  active,
  before,
  configuration,
  planned,
  renamed,
  replacing,
} from '../fixtures/unresolved-ous.ts';

test('lists each unresolved path of grants, `except` and `approval` once', () => {
  expect(listOuPaths(configuration)).toEqual(['Sandbox', 'Workloads']);
});

test('lists no unresolved path when every path matches its stored OUs', () => {
  expect(listUnresolvedPaths({ active, accounts: before, planned: [] })).toEqual([]);
});

test('lists no unresolved path when no OU was stored', () => {
  const accounts = [account(1, 'ou-w', 'Work')];

  expect(listUnresolvedPaths({ active: { configuration }, accounts, planned: [] })).toEqual([]);
});

test('names grants and approval when both use an unresolved path', () => {
  const accounts = [account(1, 'ou-w', 'Work'), account(2, 'ou-s', 'Sandbox')];

  const [unresolved, ...others] = listUnresolvedPaths({ active, accounts, planned: [] });

  expect(others).toEqual([]);
  expect(unresolved).toMatchObject({ path: 'Workloads', usedBy: ['images', 'approval'] });
  expect(unresolved && formatUnresolvedPaths(unresolved)).toContain(
    'The path Workloads (grant images and approval)',
  );
});

test('says nothing about access when no resource was planned', () => {
  const accounts = [account(1, 'ou-w', 'Work'), before[1]].filter((each) => each !== undefined);

  expect(listUnresolvedPaths({ active, accounts, planned: [] })).toMatchObject([{ kept: [], notAdded: [] }]);
});

test('completes the run without an operator when an OU was only deleted', () => {
  const [unresolved] = listUnresolvedPaths({
    active,
    accounts: [account(2, 'ou-s', 'Sandbox')],
    planned: [],
    emptyOus: new Map([['ou-w', '']]),
  });

  expect(unresolved).toMatchObject({ deleted: [{ id: 'ou-w', was: 'Workloads' }] });
  expect(unresolved && isIncomplete(unresolved)).toBe(false);
});

test('shortens a long list of accounts', () => {
  const many = Array.from({ length: 12 }, (_, index) => account(index + 10, 'ou-new', 'Workloads'));

  const [unresolved] = listUnresolvedPaths({
    active,
    accounts: [...many, account(1, 'ou-w', 'Work')],
    planned: [],
  });

  expect(unresolved && formatUnresolvedPaths(unresolved)).toContain('account-19 (111122223319) and 2 more.');
});

const idOf = (number: number): string => String(111122223300 + number);

const unresolvedIn = (more: Partial<UnresolvedSource>) => {
  const [unresolved] = listUnresolvedPaths({ active, accounts: renamed, planned: [], ...more });
  if (unresolved === undefined) throw new Error('No path is unresolved');
  const idsOf = (accounts: readonly Account[]) => accounts.map(({ id }) => id);
  return {
    ...unresolved,
    kept: idsOf(unresolved.kept),
    notAdded: idsOf(unresolved.notAdded),
    text: formatUnresolvedPaths(unresolved),
  };
};

describe('the accounts of an unresolved path', () => {
  it('lists the accounts that a plan keeps or does not add for the grant', () => {
    const unresolved = unresolvedIn({
      planned: [planned('images', { kept: [idOf(1)], notAdded: [idOf(3)] }), planned('images')],
    });

    expect(unresolved).toMatchObject({ kept: [idOf(1)], notAdded: [idOf(3)] });
  });

  it('lists accounts as kept when one resource keeps them and another one does not add them', () => {
    const unresolved = unresolvedIn({
      planned: [
        planned('images', { kept: [], notAdded: [idOf(1)] }),
        planned('images', { kept: [idOf(1)], notAdded: [] }),
      ],
    });

    expect(unresolved).toMatchObject({ kept: [idOf(1)], notAdded: [] });
  });

  it('lists no accounts when the plan is for a resource of another grant', () => {
    const unresolved = unresolvedIn({
      planned: [planned('other', { kept: [idOf(1)], notAdded: [idOf(3)] })],
    });

    expect(unresolved).toMatchObject({ kept: [], notAdded: [] });
  });

  it('lists the accounts when another grant shares the resource', () => {
    const { desired, plan } = planned('images', { kept: [idOf(1)], notAdded: [] });
    const [share] = desired.shares;
    if (share === undefined) throw new Error('There is no share');
    const other = { ...share, entry: { ...share.entry, name: 'other' } };

    const unresolved = unresolvedIn({ planned: [{ desired: { ...desired, shares: [other, share] }, plan }] });

    expect(unresolved.kept).toEqual([idOf(1)]);
  });

  it('lists no accounts when a resource has no plan', () => {
    expect(unresolvedIn({ planned: [{ desired: planned('images').desired }] })).toMatchObject({
      kept: [],
      notAdded: [],
    });
  });

  it('lists only members of the organization as accounts of an unresolved path', () => {
    const closed = renamed.map((each) => ({ ...each, state: 'SUSPENDED' as const }));

    const unresolved = unresolvedIn({
      accounts: closed,
      planned: [planned('images', { kept: [idOf(1)], notAdded: [idOf(3)] })],
    });

    expect(unresolved).toMatchObject({ kept: [], notAdded: [] });
  });

  it('lists no account when the stored OU ids and the present OU names select it alike', () => {
    const unresolved = unresolvedIn({
      planned: [planned('images', { kept: [idOf(1), idOf(2)], notAdded: [] })],
    });

    expect(unresolved.kept).toEqual([idOf(1)]);
  });
});

describe('the changes of an unresolved path', () => {
  it('states the old and the new name of a renamed OU', () => {
    const { renamed: changes, replaced, deleted, text } = unresolvedIn({});

    expect({ changes, replaced, deleted }).toEqual({
      changes: [{ id: 'ou-w', was: 'Workloads', now: 'Work' }],
      replaced: [],
      deleted: [],
    });
    expect(text).toBe(
      'The path Workloads (grant images and approval) no longer names the OUs that it named when the configuration was ' +
        'activated. The OU ou-w was Workloads and is now Work. Until a configuration is activated, this path gives ' +
        'no account new access. Correct the path if it should name another OU, then run `onboarding activate`',
    );
  });

  it('states which OU has taken the path, and that its accounts get no access', () => {
    const unresolved = unresolvedIn({ accounts: [...before, account(4, 'ou-new', 'Workloads')] });

    expect(unresolved).toMatchObject({
      renamed: [],
      replaced: [{ id: 'ou-new', path: 'Workloads' }],
      deleted: [],
    });
    expect(unresolved.text).toContain(
      'Workloads is now another OU: ou-new. Not added: account-4 (111122223304). Until a configuration',
    );
  });

  it('requires an operator when an OU was renamed or replaced', () => {
    const all = [renamed, [...before, replacing], [...renamed, replacing]].flatMap((accounts) =>
      listUnresolvedPaths({ active, accounts, planned: [] }),
    );

    expect(all.map(isIncomplete)).toEqual([true, true, true]);
  });

  it('states that a deleted OU gives access to nobody, and asks for no activation', () => {
    const { text } = unresolvedIn({
      accounts: [account(2, 'ou-s', 'Sandbox')],
      emptyOus: new Map([['ou-w', '']]),
    });

    expect(text).toBe(
      'The path Workloads (grant images and approval) no longer names the OUs that it named when the configuration was ' +
        'activated. The OU ou-w, which was Workloads, was deleted, so it gives no access. Correct the path if it ' +
        'should name another OU, then run `onboarding activate`',
    );
  });

  it.each([
    [[1], '1 account keeps the access that they had: account-1 (111122223301).'],
    [
      [1, 3],
      '2 accounts keep the access that they had: account-1 (111122223301), account-3 (111122223303). Until',
    ],
  ])('names the accounts %j that keep access', (numbers, expected) => {
    const { text } = unresolvedIn({
      planned: [planned('images', { kept: numbers.map(idOf), notAdded: [] })],
    });

    expect(text).toContain(expected);
    expect(text).not.toContain('Not added');
  });
});
