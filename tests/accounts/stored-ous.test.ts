import { describe, expect, test } from '@jest/globals';
import { listSelectorOuPaths, type Selector } from '../../shared/accounts/selector.ts';
import {
  evaluateSelection,
  listStoredOuIds,
  maySelect,
  type StoredOus,
  storeOus,
  withNewOus,
} from '../../shared/accounts/stored-ous.ts';
import { type Account, createUnreadableAccount } from '../../shared/platform/account.ts';

/** `at('w:Workloads', 'p:Production')`: an account in these OUs, from below the root, each with its id. */
const at = (...ous: readonly string[]): Account => {
  const parts = ous.map((ou) => ou.split(':'));
  return {
    id: '111122223333',
    name: 'orders',
    state: 'ACTIVE',
    parentIds: ['r-root', ...parts.map(([id = '']) => id)],
    ouPath: parts.map(([, name = '']) => name.replaceAll('/', '%2F')).join('/'),
    tags: {},
  };
};

const activatedIn = (selector: Selector, ...accounts: readonly Account[]): StoredOus =>
  storeOus(listSelectorOuPaths(selector), accounts);

const before = at('w:Workloads', 'p:Production');

describe('a path that names one OU', () => {
  const selector: Selector = { ous: ['Workloads/Production'] };
  const stored = activatedIn(selector, before, at('w:Workloads', 's:Staging'), at('x:Sandbox'));

  test('stores the OU that a path names, and the OUs above it, when a configuration is activated', () => {
    expect(stored).toEqual({
      'Workloads/Production': { w: 'Workloads', p: 'Workloads/Production' },
    });
  });

  test('lists the id of the selected OU, and not of the OUs above it', () => {
    expect(listStoredOuIds(stored)).toEqual(['p']);
  });

  test.each([
    ['the OU has its name', before, 'selected'],
    ['the account is in an OU below it', at('w:Workloads', 'p:Production', 'a:A'), 'selected'],
    ['the OU is renamed', at('w:Workloads', 'p:Prod'), 'unresolved'],
    ['the account is in an OU below the renamed OU', at('w:Workloads', 'p:Prod', 'a:A'), 'unresolved'],
    ['the OU above it is renamed', at('w:Work', 'p:Production'), 'unresolved'],
    ['another OU takes its path', at('w:Workloads', 'n:Production'), 'not-selected'],
    ['another OU takes the path of the OU above it', at('n:Workloads', 'm:Production'), 'not-selected'],
    ['the account is in another OU', at('w:Workloads', 's:Staging'), 'not-selected'],
    ['the account is in the root', at(), 'not-selected'],
  ])('returns the expected selection for a stored OU when %s', (_, account, selection) => {
    expect(evaluateSelection(selector, account, stored)).toBe(selection);
  });

  test('keeps the stored OU when a configuration is activated again and its path matches no OU', () => {
    const renamed = at('w:Workloads', 'p:Prod');

    expect(storeOus(['Workloads/Production'], [renamed], stored)).toEqual(stored);
  });

  test("keeps the stored OU when the OU's accounts cannot be read", () => {
    const unreadable = createUnreadableAccount('444455556666', 1, {
      name: 'StoredItemError',
      message: 'The item …',
      retryable: false,
    });

    expect(storeOus(['Workloads/Production'], [at('x:Sandbox'), unreadable], stored)).toEqual(stored);
  });

  test('stores the OU that now has the path when a configuration is activated again', () => {
    const accounts = [at('w:Workloads', 'p:Prod'), at('w:Workloads', 'n:Production')];

    expect(storeOus(['Workloads/Production'], accounts, stored)).toEqual({
      'Workloads/Production': { w: 'Workloads', n: 'Workloads/Production' },
    });
  });

  test('forgets the stored OU when it is activated again and the OU has no account', () => {
    expect(storeOus(['Workloads/Production'], [at('x:Sandbox')], stored)).toEqual({});
  });

  test('selects by current OU names when no OU was stored', () => {
    expect(evaluateSelection(selector, at('n:Workloads', 'm:Production'), {})).toBe('selected');
    expect(evaluateSelection(selector, at('w:Workloads', 'p:Prod'), {})).toBe('not-selected');
  });

  test('distinguishes an OU name with a slash from a path of two OUs', () => {
    const slash: Selector = { ous: ['CI%2FCD'] };
    const storedOus = activatedIn(slash, at('c:CI/CD'));

    expect(storedOus).toEqual({ 'CI%2FCD': { c: 'CI%2FCD' } });
    expect(evaluateSelection(slash, at('c:Builds'), storedOus)).toBe('unresolved');
  });
});

describe('a path with a wildcard', () => {
  const selector: Selector = { ous: ['Workloads/team-*'] };
  const stored = activatedIn(selector, at('w:Workloads', 'a:team-a'), at('w:Workloads', 'b:team-b'));

  test.each([
    ['an OU gets another name that fits', at('w:Workloads', 'a:team-z'), 'selected'],
    ['an OU is new', at('w:Workloads', 'c:team-c'), 'selected'],
    ['an OU gets a name that does not fit', at('w:Workloads', 'a:group-a'), 'unresolved'],
    ['the OU above is renamed', at('w:Work', 'b:team-b'), 'unresolved'],
    ['the OU above a new one is renamed', at('w:Work', 'c:team-c'), 'unresolved'],
    ['another OU takes the path of a stored one', at('w:Workloads', 'n:team-a'), 'not-selected'],
    [
      'an OU is below another one with the name of the OU above',
      at('n:Workloads', 'c:team-c'),
      'not-selected',
    ],
  ])('returns the expected selection for a path with a wildcard when %s', (_, account, selection) => {
    expect(evaluateSelection(selector, account, stored)).toBe(selection);
  });

  test('matches a wildcard in the middle of an OU path', () => {
    const middle: Selector = { ous: ['*/Production'] };
    const storedOus = activatedIn(middle, before, at('x:Sandbox'));

    expect(evaluateSelection(middle, at('w:Work', 'p:Production'), storedOus)).toBe('selected');
    expect(evaluateSelection(middle, at('w:Workloads', 'p:Prod'), storedOus)).toBe('unresolved');
    expect(evaluateSelection(middle, at('x:Sandbox', 'q:Production'), storedOus)).toBe('selected');
  });
});

describe('a path in `except`', () => {
  const selector: Selector = { ous: ['Workloads'], except: [{ ous: ['Workloads/Legacy'] }] };
  const stored = activatedIn(selector, at('w:Workloads', 'l:Legacy'), before);

  test.each([
    ['the excluded OU is renamed', at('w:Workloads', 'l:Old'), 'not-selected'],
    ['another OU takes the path of the excluded OU', at('w:Workloads', 'n:Legacy'), 'unresolved'],
    ['a selected OU gets the name of the excluded OU', at('w:Workloads', 'p:Legacy'), 'unresolved'],
    ['the account is in another OU', before, 'selected'],
    ['the OU above both is renamed', at('w:Work', 'p:Production'), 'unresolved'],
    ['the OU above both is renamed and the OU is excluded', at('w:Work', 'l:Legacy'), 'not-selected'],
  ])('returns the expected selection for a path in `except` when %s', (_, account, selection) => {
    expect(evaluateSelection(selector, account, stored)).toBe(selection);
  });
});

describe('an OU that a path names after the activation', () => {
  const path = 'Workloads/team-*';
  const stored = storeOus([path], [at('w:Workloads', 'a:team-a')]);

  test('stores an OU that a path names when the OU gets its first account', () => {
    const accounts = [at('w:Workloads', 'a:team-z'), at('w:Workloads', 'c:team-c'), at('x:Sandbox')];

    expect(withNewOus(stored, [path, 'Sandbox', 'Platform'], accounts)).toEqual({
      [path]: { w: 'Workloads', a: 'Workloads/team-a', c: 'Workloads/team-c' },
      Sandbox: { x: 'Sandbox' },
    });
  });

  test.each([
    ['it has the path of a stored OU', at('w:Workloads', 'n:team-a')],
    ['it is below another OU with the name of the OU above', at('n:Workloads', 'c:team-c')],
    ['its name does not fit', at('w:Workloads', 'c:group-c')],
    ['it is below a renamed OU', at('w:Work', 'c:team-c')],
    ['it is stored', at('w:Workloads', 'a:team-a')],
  ])('does not store an OU when %s', (_, account) => {
    expect(withNewOus(stored, [path], [account])).toBe(stored);
  });
});

describe.each([
  ['the parent stays renamed', 'w:Work'],
  ['the parent is renamed back', 'w:Workloads'],
])('an OU that replaces one that was new below a renamed OU, when %s', (_, parent) => {
  const path = 'W*/*';
  const activated = storeOus([path], [at('w:Workloads', 'a:team-a')]);
  const stored = withNewOus(activated, [path], [at('w:Work', 'a:team-a'), at('w:Work', 'c:team-c')]);

  test('gives nothing to an OU that replaces a new OU below a renamed OU when it has the path of the new OU', () => {
    expect(evaluateSelection({ ous: [path] }, at(parent, 'c:team-c'), stored)).toBe('selected');
    expect(evaluateSelection({ ous: [path] }, at(parent, 'n:team-c'), stored)).toBe('not-selected');
    expect(withNewOus(stored, [path], [at(parent, 'n:team-c')])).toBe(stored);
  });
});

test('stores the current name of each new OU below a stored OU', () => {
  const stored = storeOus(['W*/*/*'], [at('w:Workloads', 'a:team-a', 'p:Production')]);

  expect(withNewOus(stored, ['W*/*/*'], [at('w:Work', 'b:team-b', 'q:Production')])['W*/*/*']).toEqual({
    ...stored['W*/*/*'],
    b: 'Workloads/team-b',
    q: 'Workloads/team-b/Production',
  });
});

test('does not select an account by an unresolved path when its tags do not match', () => {
  const selector: Selector = { ous: ['Workloads/Production'], tags: { runner: 'yes' } };
  const stored = activatedIn(selector, before);
  const renamed = at('w:Workloads', 'p:Prod');

  expect(evaluateSelection(selector, renamed, stored)).toBe('not-selected');
  expect(evaluateSelection(selector, { ...renamed, tags: { runner: 'yes' } }, stored)).toBe('unresolved');
});

test('selects an account by another path of the selector when one path is unresolved', () => {
  const selector: Selector = { ous: ['Workloads/Production', 'Workloads/Prod', 'Sandbox'] };
  const stored = activatedIn(selector, before, at('x:Sandbox'));

  expect(evaluateSelection(selector, at('w:Workloads', 'p:Prod'), stored)).toBe('selected');
  expect(evaluateSelection(selector, at('x:Sandbox'), stored)).toBe('selected');
});

test('selects accounts by the stored OU and by the OU name when the two differ', () => {
  const selector: Selector = { ous: ['Workloads/Production'] };
  const stored = activatedIn(selector, before);

  expect(maySelect(selector, at('w:Workloads', 'p:Prod'), stored)).toBe(true);
  expect(maySelect(selector, at('w:Workloads', 'n:Production'), stored)).toBe(true);
  expect(maySelect(selector, at('x:Sandbox'), stored)).toBe(false);
});

test('stores the OU name of the latest revision when two accounts show different names', () => {
  const old = { ...before, revision: 4 };
  const late = { ...at('w:Workloads', 'p:Prod'), revision: 7 };

  expect(storeOus(['Workloads/Prod', 'Workloads/Production'], [late, old])).toEqual({
    'Workloads/Prod': { w: 'Workloads', p: 'Workloads/Prod' },
  });
});
