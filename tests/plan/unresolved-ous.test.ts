import { expect, test } from '@jest/globals';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import type { Account } from '../../shared/organization/account.ts';
import { storeOus } from '../../shared/organization/stored-ous.ts';
import {
  isIncomplete,
  ouPathsIn,
  unresolvedPaths,
  unresolvedText,
} from '../../shared/plan/unresolved-ous.ts';
import { smallText } from '../flows/configurations.ts';

const account = (number: number, ouId: string, ouPath: string): Account => ({
  id: String(111122223300 + number),
  name: `account-${number}`,
  state: 'ACTIVE',
  parentIds: ['r-root', ouId],
  ouPath,
  tags: {},
});

const configuration = parseConfiguration(
  smallText(['repository'], '\napproval: { for: { names: ["*"], except: [{ ous: [Workloads, Sandbox] }] } }'),
  'the test',
);

const before = [account(1, 'ou-w', 'Workloads'), account(2, 'ou-s', 'Sandbox')];
const active = { configuration, ous: storeOus(ouPathsIn(configuration), before) };

test('finds each path once, in grants, in `except` and in `approval`', () => {
  expect(ouPathsIn(configuration)).toEqual(['Sandbox', 'Workloads']);
});

test('finds nothing when the paths name what they named', () => {
  expect(unresolvedPaths({ active, accounts: before, planned: [] })).toEqual([]);
});

test('finds nothing when nothing was stored', () => {
  const accounts = [account(1, 'ou-w', 'Work')];

  expect(unresolvedPaths({ active: { configuration }, accounts, planned: [] })).toEqual([]);
});

test('names grants and approval when a path of both is unresolved', () => {
  const accounts = [account(1, 'ou-w', 'Work'), account(2, 'ou-s', 'Sandbox')];

  const [found, ...others] = unresolvedPaths({ active, accounts, planned: [] });

  expect(others).toEqual([]);
  expect(found).toMatchObject({ path: 'Workloads', usedBy: ['images', 'approval'] });
  expect(found && unresolvedText(found)).toContain('The path Workloads (grant images and approval)');
});

test('says nothing of access when no resource was planned', () => {
  const accounts = [account(1, 'ou-w', 'Work'), before[1]].filter((each) => each !== undefined);

  expect(unresolvedPaths({ active, accounts, planned: [] })).toMatchObject([{ kept: [], notAdded: [] }]);
});

test('is complete when an OU was only deleted', () => {
  const [found] = unresolvedPaths({
    active,
    accounts: [account(2, 'ou-s', 'Sandbox')],
    planned: [],
    emptyOus: new Map([['ou-w', '']]),
  });

  expect(found).toMatchObject({ deleted: [{ id: 'ou-w', was: 'Workloads' }] });
  expect(found && isIncomplete(found)).toBe(false);
});

test('folds a long list of accounts', () => {
  const many = Array.from({ length: 12 }, (_, index) => account(index + 10, 'ou-new', 'Workloads'));

  const [found] = unresolvedPaths({ active, accounts: [...many, account(1, 'ou-w', 'Work')], planned: [] });

  expect(found && unresolvedText(found)).toContain('account-19 (111122223319), and 2 more.');
});
