import { describe, expect, it, test } from '@jest/globals';
import { storeOus } from '../../shared/accounts/stored-ous.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import type { Account } from '../../shared/platform/account.ts';
import {
  formatUnresolvedPaths,
  listOuPaths,
  listUnresolvedPaths,
  type UnresolvedPath,
} from '../../shared/reconcile/unresolved-ous.ts';
import { smallText } from '../fixtures/small-configuration.ts';
import { account, before, newOu, renamed, replacing } from '../fixtures/unresolved-ous.ts';

describe('the users of an unresolved path', () => {
  const unresolved: UnresolvedPath = {
    path: 'Workloads',
    usedBy: [],
    renamed: [],
    replaced: [],
    deleted: [],
    kept: [],
    notAdded: [],
  };

  it.each([
    [['images'], '(grant images)'],
    [['images', 'token'], '(grants images, token)'],
    [['images', 'approval'], '(grant images and approval)'],
    [['approval'], '(approval)'],
  ])('names the grants that use an unresolved path: %j', (usedBy, expected) => {
    expect(formatUnresolvedPaths({ ...unresolved, usedBy })).toContain(
      `The path Workloads ${expected} no longer names the OUs`,
    );
  });
});

/** Finds the unresolved paths of a grant for these accounts, beside a grant for everybody. */
const foundFor = (selector: string, accounts: readonly Account[]) => {
  const configured = parseConfiguration(
    smallText(['repository', 'people']).replace('{ ous: [Workloads] }', selector),
    'the test',
  );
  const stored = { configuration: configured, ous: storeOus(listOuPaths(configured), before) };
  return listUnresolvedPaths({ active: stored, accounts, planned: [] });
};

describe('the unresolved paths of a configuration', () => {
  it('leaves out a path that matched no OU when the configuration was activated', () => {
    expect(
      foundFor('{ ous: [Workloads, Missing] }', [...renamed, account(5, 'ou-m', 'Missing')]),
    ).toMatchObject([{ path: 'Workloads' }]);
  });

  it('names only the grants whose selector has the path', () => {
    expect(foundFor('{ ous: [Workloads] }', renamed)).toMatchObject([{ usedBy: ['images'] }]);
  });

  it('leaves out an account that the selector selects by the id of its OU', () => {
    expect(foundFor(`{ ous: [Workloads, ${newOu}] }`, [...before, replacing])).toMatchObject([
      { replaced: [{ id: newOu }], notAdded: [] },
    ]);
  });

  it('leaves out an account that another field of the selector excludes', () => {
    expect(foundFor('{ ous: [Workloads], tags: { runner: "yes" } }', [...before, replacing])).toMatchObject([
      { replaced: [{ id: newOu }], notAdded: [] },
    ]);
  });
});

test('counts only accounts that the stored OU ids do not select when another OU has taken the path', () => {
  expect(foundFor('{ ous: [Workloads, Sandbox] }', [...renamed, replacing])).toMatchObject([
    { path: 'Workloads', kept: [], notAdded: [{ id: replacing.id }] },
  ]);
});
