import { describe, expect, test } from '@jest/globals';
import { limitLines } from '../../shared/platform/bounded-lines.ts';

const plain = Array.from({ length: 60 }, (_, number) => `resource ${number}: busy`);
const named = 'bucket: still names 111122223333, which gets nothing on it';
const widening = 'policy: + statement Audit ! widens access';
const unresolved =
  'The path Workloads/Prod (grant logs) no longer names the OUs that it named when the configuration was activated.';

const recordHas = (count: number | 'all') => `the record has ${count} of them`;

test('keeps the order of the lines when all of them fit', () => {
  const lines = [...plain, named];

  expect(limitLines(lines, { lines: 61, bytes: 100_000 }, recordHas)).toEqual(lines);
});

const blocked =
  'bucket: PolicyTooLargeError: too large. Besides, 12 accounts would lose their access at once';

test.each([named, widening, unresolved, blocked])(
  'keeps an important line first when other lines are dropped: %s',
  (line) => {
    const shown = limitLines([...plain, line], { lines: 50, bytes: 100_000 }, recordHas);

    expect(shown).toHaveLength(51);
    expect(shown.slice(0, 2)).toEqual([line, plain[0]]);
    expect(shown.at(-1)).toBe('… 11 more lines are missing here: the record has all of them');
  },
);

test('drops lines when their total size exceeds the limit', () => {
  const shown = limitLines(['a'.repeat(90), 'b'.repeat(90)], { lines: 50, bytes: 100 }, recordHas);

  expect(shown).toEqual(['a'.repeat(90), '… 1 more line is missing here: the record has all of them']);
});

describe('a list that was bounded before', () => {
  const findings = Array.from({ length: 2_000 }, (_, number) => `bucket: account ${number} cannot read`);
  const recorded = limitLines(findings, { lines: 1_000, bytes: 100_000 }, () => 'start the run again');

  test('states the true number of missing lines when a bounded list is bounded again', () => {
    expect(recorded.at(-1)).toBe('… 1000 more lines are missing here: start the run again');

    const announced = limitLines(['other', ...recorded], { lines: 50, bytes: 80_000 }, recordHas);

    expect(announced).toEqual([
      'other',
      ...findings.slice(0, 49),
      '… 1951 more lines are missing here: the record has 951 of them; start the run again',
    ]);
  });

  test('keeps the last line of a bounded list when all other lines fit', () => {
    expect(limitLines(recorded, { lines: 1_000, bytes: 100_000 }, recordHas)).toBe(recorded);
  });

  test('counts each missing line once when the record already lacks one', () => {
    const one = limitLines(findings.slice(0, 3), { lines: 2, bytes: 1_000 }, () => 'start the run again');

    expect(limitLines(one, { lines: 1, bytes: 1_000 }, recordHas)).toEqual([
      findings[0],
      '… 2 more lines are missing here: the record has 1 of them; start the run again',
    ]);
  });
});
