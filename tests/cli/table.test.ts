import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fitText, widthOf } from '../../cli/output.ts';
import { alignColumns } from '../../cli/table.ts';

const word = fc.stringMatching(/^[a-z0-9:/-]{1,12}$/);
const cell = fc.array(word, { maxLength: 8 }).map((words) => words.join(' '));
const table = fc
  .integer({ min: 1, max: 5 })
  .chain((columns) =>
    fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 6 }),
  );
const width = fc.integer({ min: 20, max: 140 });

const toWords = (text: string): readonly string[] => text.split(/\s+/).filter((each) => each !== '');

const listTooWide = (text: string, columns: number): readonly string[] =>
  text.split('\n').filter((line) => widthOf(line) > columns && line.trim().includes(' '));

describe('alignColumns', () => {
  it('prints no line that is too wide when a terminal has any width', () => {
    fc.assert(
      fc.property(table, width, (rows, columns) => {
        const lines = alignColumns(rows, { width: columns });
        expect(listTooWide(lines.join('\n'), columns)).toEqual([]);
      }),
    );
  });

  it('prints each word once when a terminal has any width', () => {
    fc.assert(
      fc.property(table, width, (rows, columns) => {
        const lines = alignColumns(rows, { width: columns });
        expect(toWords(rows.flat().join(' ')).toSorted()).toEqual(toWords(lines.join(' ')).toSorted());
      }),
    );
  });

  it('aligns the columns when all rows fit', () => {
    expect(
      alignColumns(
        [
          ['log', '2 resources', 'eu-west-1'],
          ['security', '13 resources', 'us-east-1'],
        ],
        { width: 40 },
      ),
    ).toEqual(['  log       2 resources   eu-west-1', '  security  13 resources  us-east-1']);
  });

  it('wraps the last column when only that column is too wide', () => {
    expect(alignColumns([['verified', 'let CloudTrail write logs to a bucket']], { width: 40 })).toEqual([
      '  verified  let CloudTrail write logs to\n            a bucket',
    ]);
  });

  it('continues a row on further lines when the columns are too wide', () => {
    expect(
      alignColumns([['=', 'S3 bucket policy', 'example-org-cloudtrail', 'eu-west-1']], { width: 40 }),
    ).toEqual(['  =  S3 bucket policy\n      example-org-cloudtrail  eu-west-1']);
  });

  it('counts no column for a color when it measures a cell', () => {
    const [row = ''] = alignColumns([['\u001b[31mred\u001b[39m', 'x'.repeat(20)]], { width: 27 });
    expect(row).not.toContain('\n');
  });
});

describe('fitText', () => {
  it('keeps a word whole when it is longer than a line', () => {
    const arn = 'arn:aws:iam::111122223333:role/people/Administrator';
    expect(fitText(`    - Resource ${arn}`, 30)).toBe(`    - Resource\n      ${arn}`);
  });

  it('keeps a mark beside its word when the word is longer than a line', () => {
    expect(fitText(`  + ${'x'.repeat(40)} end`, 30)).toBe(`  + ${'x'.repeat(40)}\n    end`);
  });

  it('prints no line that is too wide when a text has any words', () => {
    fc.assert(
      fc.property(cell, fc.integer({ min: 0, max: 12 }), width, (text, blanks, columns) => {
        const fitted = fitText(`${' '.repeat(blanks)}${text}`, columns);
        expect(listTooWide(fitted, columns)).toEqual([]);
        expect(toWords(fitted)).toEqual(toWords(text));
      }),
    );
  });
});
