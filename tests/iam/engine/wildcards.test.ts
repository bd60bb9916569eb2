import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  createMatcher,
  matchesTokens,
  type Token,
  toLiteralTokens,
  toResourceTokens,
  toText,
  toTextTokens,
} from '../../../shared/iam/engine/wildcards.ts';

describe('toTextTokens', () => {
  it.each([
    ['', ''],
    ['*', ''],
    ['**', 'abc'],
    ['a*', 'a'],
    ['*a', 'ba'],
    ['a*c*e', 'abcde'],
    ['a*bc', 'abbbc'],
    ['*ab', 'aab'],
    ['?', 'a'],
    ['?', '😀'],
    ['a?c', 'abc'],
    ['a?c', 'a:c'],
    ['a*c', 'a:b:c'],
    ['*?', 'a'],
  ])('matches when the pattern is %p and the text is %p', (wanted, text) => {
    expect(matchesTokens(toTextTokens(wanted), text)).toBe(true);
    expect(createMatcher(toTextTokens(wanted)).matches(text)).toBe(true);
  });

  it.each([
    ['', 'a'],
    ['a', ''],
    ['?', ''],
    ['*?', ''],
    ['a', 'ab'],
    ['ab', 'a'],
    ['a*b', 'ac'],
    ['a*b', 'abc'],
    ['*ab', 'aba'],
    ['a?c', 'ac'],
    ['b*', 'ab'],
  ])('does not match when the pattern is %p and the text is %p', (wanted, text) => {
    expect(matchesTokens(toTextTokens(wanted), text)).toBe(false);
    expect(createMatcher(toTextTokens(wanted)).matches(text)).toBe(false);
  });
});

describe('toResourceTokens', () => {
  it.each([
    ['arn:aws:s3:::logs/*', 'arn:aws:s3:::logs/a:b'],
    ['arn:aws:sns:*:111122223333:a', 'arn:aws:sns:eu-west-1:111122223333:a'],
    ['arn:aws:logs:*:*', 'arn:aws:logs:eu-west-1:111122223333:log-group:a:*'],
    ['a*b*:c', 'axbx:x:c'],
    ['a:*b', 'a:xb'],
    ['*:*b:c', 'a:b:xb:c'],
  ])('matches when the pattern is %p and the ARN is %p', (wanted, arn) => {
    expect(matchesTokens(toResourceTokens(wanted), arn)).toBe(true);
  });

  it.each([
    ['arn:aws:sns:eu-west-1:111122223333:a*b', 'arn:aws:sns:eu-west-1:111122223333:a:b'],
    ['arn:aws:s3:::*/logs', 'arn:aws:s3:::a:b/logs'],
    ['arn:aws:sns:eu-west-1:111122223333:a?b', 'arn:aws:sns:eu-west-1:111122223333:a:b'],
    ['a:*b', 'a:x:b'],
  ])('does not match when a wildcard would leave its segment: %p for %p', (wanted, arn) => {
    expect(matchesTokens(toResourceTokens(wanted), arn)).toBe(false);
  });

  it('agrees with an exhaustive search on every short pattern and text', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', ':'), maxLength: 9 });
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(patterns, letters, fc.boolean(), (written, text, isResource) => {
        const tokens = isResource ? toResourceTokens(written) : toTextTokens(written);
        const expected = searchAll(tokens, written, text, isResource);
        expect(matchesTokens(tokens, text)).toBe(expected);
        expect(createMatcher(tokens).matches(text)).toBe(expected);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('toText', () => {
  it('returns a parsed pattern as it was written', () => {
    expect(toText(toResourceTokens('arn:aws:s3:::a*b/?*'))).toBe('arn:aws:s3:::a*b/?*');
    expect(toText(toLiteralTokens('*?'))).toBe('*?');
  });
});

/** Slow, and plainly right: each wildcard tries every length. */
function searchAll(tokens: readonly Token[], written: string, text: string, isResource: boolean): boolean {
  const go = (next: number, at: number): boolean => {
    const letter = written[next];
    if (letter === undefined) return at === text.length;
    if (letter === '?') return at < text.length && !(isResource && text[at] === ':') && go(next + 1, at + 1);
    if (letter !== '*') return text[at] === letter && go(next + 1, at + 1);
    const crosses = !isResource || written[next + 1] === undefined || written[next + 1] === ':';
    for (let end = at; end <= text.length; end += 1) {
      if (go(next + 1, end)) return true;
      if (!crosses && text[end] === ':') return false;
    }
    return false;
  };
  return tokens.length === written.length && go(0, 0);
}
