import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { covers, coversArn, coversResource } from '../../shared/iam/coverage.ts';
import { matchesTokens, toResourceTokens } from '../../shared/iam/engine/wildcards.ts';

describe('covers', () => {
  it.each([
    ['', ''],
    ['*', ''],
    ['*', '*'],
    ['*', 's3:?*'],
    ['**', 'a*'],
    ['s3:*', 's3:Get*'],
    ['s3:Get*', 's3:GetObject'],
    ['s3:*Object', 's3:Get*Object'],
    ['?', 'a'],
    ['?', '?'],
    ['?*', '?'],
    ['a*', 'a$'],
    ['$', '$'],
    ['*ab', 'aab'],
    ['a*b*c', 'a-b-b-c'],
  ])('covers the pattern %p when a request matches it only if it matches %p', (outer, inner) => {
    expect(covers(outer, inner)).toBe(true);
  });

  it.each([
    ['', 'a'],
    ['', '*'],
    ['a', ''],
    ['?', ''],
    ['?', '*'],
    ['?', '$'],
    ['?', 'ab'],
    ['a', 'b'],
    ['a', '?'],
    ['a', '*'],
    ['s3:Get*', 's3:*'],
    ['s3:GetObject', 's3:Get*'],
    ['s3:Get*', 's3:Put*'],
    ['*ab', 'aba'],
    ['a*b', 'ab*'],
    ['a*a', 'a'],
    ['ab', 'a'],
  ])('does not cover when %p may not match all that %p matches', (outer, inner) => {
    expect(covers(outer, inner)).toBe(false);
  });
});

describe('coversArn', () => {
  it.each([
    ['*', 'arn:aws:s3:::logs'],
    ['*', '*'],
    ['arn:aws:s3:::*', 'arn:aws:s3:::logs/*'],
    ['arn:aws:sns:*:111122223333:*', 'arn:aws:sns:eu-west-1:111122223333:a:b'],
    ['arn:aws:sns:eu-west-1:111122223333:*:c', 'arn:aws:sns:eu-west-1:111122223333:a:b:c'],
  ])('returns true when %s matches all that %s matches', (outer, inner) => {
    expect(coversArn(outer, inner)).toBe(true);
  });

  it.each([
    ['arn:*', 'arn:aws:s3:::logs'],
    ['arn:aws:s3:::logs', '*'],
    ['arn:aws:*', 'arn:aws:s3:::logs'],
    ['arn:aws:s3:::*', 'arn:aws:s3::111122223333:logs'],
    ['arn:aws:sns:*:111122223333:a', 'arn:aws:sns:eu-west-1:444455556666:a'],
    ['arn:aws:sns:eu-west-1:111122223333:a', 'arn:aws:sns:eu-west-1:111122223333:a:b'],
  ])('returns false when %s may not match all that %s matches', (outer, inner) => {
    expect(coversArn(outer, inner)).toBe(false);
  });
});

describe('coversResource', () => {
  it.each([
    ['*', 'arn:aws:s3:::logs'],
    ['arn:aws:s3:::*', 'arn:aws:s3:::logs/*'],
    ['arn:aws:s3:::logs/*', 'arn:aws:s3:::logs/a:*'],
    ['arn:aws:sns:*:111122223333:*', 'arn:aws:sns:eu-west-1:111122223333:a:b'],
    ['arn:aws:sns:eu-west-1:111122223333:*:c', 'arn:aws:sns:eu-west-1:111122223333:a:b:c'],
    ['arn:aws:sns:eu-west-1:111122223333:a*c', 'arn:aws:sns:eu-west-1:111122223333:a?b*c'],
  ])('returns true when %s matches all that %s matches', (outer, inner) => {
    expect(coversResource(outer, inner)).toBe(true);
  });

  it.each([
    ['arn:aws:sns:eu-west-1:111122223333:a*c', 'arn:aws:sns:eu-west-1:111122223333:a:c'],
    ['arn:aws:sns:eu-west-1:111122223333:a?c', 'arn:aws:sns:eu-west-1:111122223333:a:c'],
    ['arn:aws:s3:::a*c', 'arn:aws:s3:::a*:c'],
    ['arn:aws:s3:::a*c', 'arn:aws:s3:::a${aws:userid}c'],
    ['arn:aws:s3:::logs', '*'],
    ['arn:aws:s3:::logs', 'arn:aws:s3:::logs/a'],
  ])('returns false when %s may not match all that %s matches', (outer, inner) => {
    expect(coversResource(outer, inner)).toBe(false);
  });

  it('agrees with the engine whenever a pattern covers another one', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', ':', '*', '*', '?'), maxLength: 5 });
    let covered = 0;
    fc.assert(
      fc.property(pattern, pattern, (outer, inner) => {
        if (!coversResource(outer, inner)) return;
        covered += 1;
        const [wide, narrow] = [toResourceTokens(outer), toResourceTokens(inner)];
        const missed = texts.filter((text) => matchesTokens(narrow, text) && !matchesTokens(wide, text));
        expect(missed).toEqual([]);
      }),
      { numRuns: 2000 },
    );
    expect(covered).toBeGreaterThan(100);
  });
});

/** All texts of up to six letters, each `a` or `:`. */
const texts: readonly string[] = Array.from({ length: 2 ** 7 - 1 }, (_, index) =>
  (index + 1).toString(2).slice(1).replaceAll('0', 'a').replaceAll('1', ':'),
);
