import { describe, expect, test } from '@jest/globals';
import type { Tree } from './selectors.ts';
import { answersOf, noStoredOus, storedByActivation, storedBySweep, unresolvedPaths } from './stored-ous.ts';

const ou = (id: string, name: string, accounts: readonly string[], ous: readonly Tree[] = []): Tree => ({
  id,
  name,
  accounts: accounts.map((each) => ({ id: each, name: `account-${each}`, tags: {} })),
  ous,
});

const root = (...ous: readonly Tree[]): Tree => ou('r-exam', 'Root', [], ous);
const workloads = (...ous: readonly Tree[]): Tree => ou('workloads', 'Workloads', [], ous);
const path = 'Workloads/Production';
const stored = storedByActivation([path], root(workloads(ou('first', 'Production', ['1']))), noStoredOus);

const answers = (tree: Tree, except: readonly string[] = []) => {
  const selector = except.length === 0 ? { ous: [path] } : { all: true as const, except: [{ ous: [path] }] };
  const answer = answersOf(selector, tree, stored);
  return ['1', '2'].map(answer);
};

describe('answersOf', () => {
  test('gives access when both the stored OU and the OU name select the account', () => {
    expect(answers(root(workloads(ou('first', 'Production', ['1', '2']))))).toEqual(['gets', 'gets']);
  });

  test('allows access to be kept when the OU or its parent is renamed', () => {
    expect(answers(root(workloads(ou('first', 'Prod', ['1']))))).toEqual(['keeps', 'nothing']);
    const above = root(ou('workloads', 'Work', [], [ou('first', 'Production', ['1'])]));
    expect(answers(above)).toEqual(['keeps', 'nothing']);
  });

  test('expects no access for a replacement of a stored OU', () => {
    const tree = root(workloads(ou('first', 'Prod', ['1']), ou('second', 'Production', ['2'])));
    expect(answers(tree)).toEqual(['keeps', 'nothing']);
    expect(unresolvedPaths(stored, tree)).toEqual([{ path, ids: ['first', 'second'] }]);
  });

  test('expects an account to stay excluded when the OU in `except` is renamed', () => {
    const tree = root(workloads(ou('first', 'Prod', ['1']), ou('other', 'Test', ['2'])));
    expect(answers(tree, [path])).toEqual(['nothing', 'gets']);
  });
});

describe('storedByActivation', () => {
  test('stores the OU of a path that matches no OU anymore when the OU has an account', () => {
    const renamed = root(workloads(ou('first', 'Prod', ['1'])));
    expect(storedByActivation([path], renamed, stored)).toEqual(stored);
    const empty = root(workloads(ou('first', 'Prod', []), ou('other', 'Test', ['2'])));
    expect(storedByActivation([path], empty, stored)).toEqual(noStoredOus);
  });
});

describe('storedBySweep', () => {
  test('stores a new OU below a renamed OU, so that a replacement gets nothing', () => {
    const wild = 'W*/*';
    const before = storedByActivation([wild], root(workloads(ou('first', 'A', ['1']))), noStoredOus);
    const inWork = (id: string) =>
      root(ou('workloads', 'Work', [], [ou('first', 'A', ['1']), ou(id, 'C', ['2'])]));
    const swept = storedBySweep([wild], inWork('second'), before);
    expect(answersOf({ ous: [wild] }, inWork('second'), swept)('2')).toBe('gets');
    expect(answersOf({ ous: [wild] }, inWork('third'), swept)('2')).toBe('nothing');
    expect(unresolvedPaths(swept, inWork('third'))).toEqual([{ path: wild, ids: ['third'] }]);
  });

  test('stores a new OU below a wildcard, and no replacement of a stored OU', () => {
    const before = storedByActivation(['Work*/*'], root(workloads(ou('first', 'A', ['1']))), noStoredOus);
    const tree = root(workloads(ou('first', 'B', ['1']), ou('second', 'A', ['2']), ou('third', 'C', ['3'])));
    const ids = [...(storedBySweep(['Work*/*'], tree, before).get('Work*/*')?.keys() ?? [])];
    expect(ids.sort()).toEqual(['first', 'third', 'workloads']);
  });
});
