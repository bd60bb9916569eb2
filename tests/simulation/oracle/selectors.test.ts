import { describe, expect, test } from '@jest/globals';
import { selected, type Tree } from './selectors.ts';

const ou = (name: string, accounts: Tree['accounts'], ous: readonly Tree[] = []): Tree => ({
  id: `ou-exam-${name.toLowerCase().padEnd(8, '0')}`,
  name,
  accounts,
  ous,
});

const account = (id: string, name = `account-${id}`, tags = {}): Tree['accounts'][number] => ({
  id,
  name,
  tags,
});

const tree: Tree = {
  id: 'r-exam',
  name: 'Root',
  accounts: [account('1')],
  ous: [
    ou(
      'Workloads',
      [account('2', 'team-a')],
      [
        ou(
          'Production',
          [account('3', 'team-b', { stage: 'prod' })],
          [ou('Europe', [], [ou('Payments', [account('4', 'pay-1', { stage: 'prod', runner: 'yes' })])])],
        ),
      ],
    ),
    ou('CI/CD', [account('6')]),
    ou('Sandbox', [account('5', 'play[1]', { runner: 'no' })]),
  ],
};

describe('selected', () => {
  test.each([
    ['all accounts when `all` is true', { all: true }, '1 2 3 4 5 6'],
    ['an OU and what is below it', { ous: ['Workloads/Production'] }, '3 4'],
    ['an OU at depth four', { ous: ['Workloads/Production/Europe/Payments'] }, '4'],
    ['OUs by a wildcard', { ous: ['Work*/*/Eu*'] }, '4'],
    ['an OU with a slash in its name', { ous: ['CI%2FCD'] }, '6'],
    ['accounts whose name has a star', { names: ['pay-\\*', '[a-p]l*'] }, '5'],
    ['an OU by its id', { ous: ['ou-exam-sandbox0'] }, '5'],
    ['nothing when the OU is elsewhere', { ous: ['Production'] }, ''],
    ['accounts with one of several values of a tag', { tags: { runner: ['no', 'yes'] } }, '4 5'],
    ['accounts with all tags', { tags: { stage: 'prod', runner: 'yes' } }, '4'],
    ['accounts by their names', { names: ['team-[ab]', '{pay,x}-?'] }, '2 3 4'],
    ['accounts by their ids', { accounts: ['1', '4'] }, '1 4'],
    ['those for which all fields hold', { ous: ['Workloads'], names: ['team-*'] }, '2 3'],
    ['all but the exceptions', { all: true, except: [{ ous: ['Workloads'] }, { accounts: ['5'] }] }, '1 6'],
  ] as const)('selects %s in the oracle', (_, selector, ids) => {
    expect([...selected(selector, tree)].sort().join(' ')).toBe(ids);
  });
});
