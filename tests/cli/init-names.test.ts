import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nameEach, toName } from '../../cli/init/names.ts';
import { grantNamePattern } from '../../shared/iam/managed-statements.ts';
import { centralAccountNameSchema } from '../../shared/platform/central-accounts.ts';

it.each([
  ['Log Archive', 'log-archive'],
  ['Audit & Logs (2019)', 'audit-logs2019'],
  ['2nd Küche', 'nd-kuche'],
  ['日本', 'central'],
])('makes a valid name when an account is called %s', (account, name) => {
  expect(toName(account, 'central')).toBe(name);
});

it('gives each account its own name when two names collide', () => {
  const names = ['Log Archive', 'log-archive', 'log_archive'].map((each) => ({
    name: toName(each, 'central'),
  }));

  expect(nameEach(names)).toEqual([
    { name: 'log-archive' },
    { name: 'log-archive2' },
    { name: 'log-archive3' },
  ]);
});

it('gives valid, short and different names when accounts have any names', () => {
  const word = fc.constantFrom(
    'log',
    'Log',
    ' ',
    '-',
    '2',
    'é',
    '_',
    '日',
    'archive',
    'very-long-name-of-a-team',
  );
  fc.assert(
    fc.property(
      fc.array(
        fc.array(word).map((words) => words.join('')),
        { maxLength: 12 },
      ),
      (accounts) => {
        const names = nameEach(
          accounts.map((each) => ({ name: toName(each, 'central') })),
          20,
        ).map(({ name }) => name);

        expect(new Set(names).size).toBe(accounts.length);
        for (const name of names) {
          expect(name.length).toBeLessThanOrEqual(20);
          expect(centralAccountNameSchema.safeParse(name).success).toBe(true);
          expect(name).toMatch(grantNamePattern);
        }
      },
    ),
  );
});
