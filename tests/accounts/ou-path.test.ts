import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findOuMistake, formatOuPath, splitOuPath } from '../../shared/accounts/ou-path.ts';
import { matchesSelector, selectorSchema } from '../../shared/accounts/selector.ts';
import type { Account } from '../../shared/platform/account.ts';

const accountIn = (names: readonly string[]): Account => ({
  id: '111122223333',
  name: 'orders',
  state: 'ACTIVE',
  parentIds: ['r-exam'],
  ouPath: formatOuPath(names),
  tags: {},
});

const isSelected = (ou: string, names: readonly string[]): boolean =>
  matchesSelector(selectorSchema.parse({ ous: [ou] }), accountIn(names));

/** Names that are hard to spell, and any other. */
const name = fc.oneof(
  fc.constantFrom('CI/CD', 'CI', 'CD', 'CI%2FCD', '%', '%25', '100%', '*', '**', '/', '\\', 'a*', ' ', '\n'),
  fc.constantFrom('ou-legacy', 'ou-ab12-cd34ef56', 'r-exam', '[x]', '{a,b}', '?', '%2', 'A%2fB', '..'),
  fc.string({ minLength: 1, maxLength: 12 }),
  fc
    .array(fc.constantFrom('%', '2', 'F', '/', '*', '\\', 'a', ' '), { minLength: 1, maxLength: 6 })
    .map((each) => each.join('')),
);
const names = fc.array(name, { minLength: 1, maxLength: 5 });

const isAtOrBelow = (position: readonly string[], ou: readonly string[]): boolean =>
  ou.every((each, index) => position[index] === each);

describe('ouPathOf', () => {
  it('selects only the OU of a path and the OUs below it', () => {
    fc.assert(
      fc.property(names, fc.array(names, { maxLength: 20 }), names, (ou, places, below) => {
        const spelled = formatOuPath(ou);
        for (const position of [ou, ou.slice(0, -1), [...ou, ...below], below, ...places])
          expect(isSelected(spelled, position)).toBe(isAtOrBelow(position, ou));
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps the names of OUs in a path', () => {
    fc.assert(fc.property(names, (each) => expect(splitOuPath(formatOuPath(each))).toEqual(each)));
    expect(splitOuPath(formatOuPath([]))).toEqual([]);
  });

  it.each([
    [['Workloads', 'CI/CD'], 'Workloads/CI%2FCD'],
    [['CI%2FCD'], 'CI%252FCD'],
    [['100% ours'], '100% ours'],
    [['Team *'], 'Team %2A'],
    [['ou-legacy', 'Old'], 'ou%2Dlegacy/Old'],
    [['[x] {a,b} ?\\'], '[x] {a,b} ?\\'],
  ])('writes the OU names %j as the path %s', (each, spelled) => {
    expect(formatOuPath(each)).toBe(spelled);
  });
});

describe('an OU path', () => {
  it('matches an OU name with a slash when the path has a star in its place', () => {
    expect(isSelected('CI*', ['CI/CD'])).toBe(true);
    expect(isSelected('CI/CD', ['CI/CD'])).toBe(false);
  });

  it('treats an encoded star as text when the path also has a wildcard star', () => {
    expect(isSelected('Team %2A*', ['Team *1'])).toBe(true);
    expect(isSelected('Team %2A*', ['Team 11'])).toBe(false);
  });

  it('matches in linear time even if a path segment is made to slow a matcher down', () => {
    expect(isSelected('*a'.repeat(500), ['a'.repeat(128)])).toBe(false);
    expect(isSelected('*a*a*a*a*ax', ['a'.repeat(128)])).toBe(false);
  });
});

it.each(['Workloads//Production', '/Workloads', 'Workloads/', '/', ''])(
  'requires a name on each side of every slash when the path is "%s"',
  (path) => {
    expect(findOuMistake(path)).toContain('a name before and after each slash');
  },
);
