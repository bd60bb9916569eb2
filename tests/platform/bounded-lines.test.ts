import { expect, test } from '@jest/globals';
import { boundedLines } from '../../shared/platform/bounded-lines.ts';

const plain = Array.from({ length: 60 }, (_, number) => `resource ${number}: busy`);
const named = 'bucket: still names 111122223333, which gets nothing on it';
const widening = 'policy: + statement Audit ! widens access';
const unresolved =
  'The path Workloads/Prod (grant logs) does not name what it named when the configuration was activated.';

test('keeps the order of the lines when all of them fit', () => {
  const lines = [...plain, named];

  expect(boundedLines(lines, { lines: 61, bytes: 100_000 }, 'there')).toEqual(lines);
});

const blocked =
  'bucket: PolicyTooLargeError: too large. Besides, 12 accounts would lose their access at once';

test.each([named, widening, unresolved, blocked])(
  'announces a vital line first when lines are dropped: %s',
  (line) => {
    const shown = boundedLines([...plain, line], { lines: 50, bytes: 100_000 }, 'the record has all');

    expect(shown).toHaveLength(51);
    expect(shown.slice(0, 2)).toEqual([line, plain[0]]);
    expect(shown.at(-1)).toBe('… 11 more lines are missing here: the record has all');
  },
);

test('drops lines by their size when they are too long together', () => {
  const shown = boundedLines(['a'.repeat(90), 'b'.repeat(90)], { lines: 50, bytes: 100 }, 'there');

  expect(shown).toEqual(['a'.repeat(90), '… 1 more line is missing here: there']);
});
