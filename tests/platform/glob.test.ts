import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findGlobMistake, matchesGlob, parseGlob, parseStarGlob } from '../../shared/platform/glob.ts';

const matches = (glob: string, text: string): boolean => matchesGlob(parseGlob(glob), text);

/** What globs are made of, as a tree: the reference reads no text. */
type Part =
  | { readonly letter: string }
  | { readonly any: 'run' | 'one' }
  | { readonly among: readonly string[]; readonly not: boolean }
  | { readonly oneOf: readonly (readonly Part[])[] };

/** Tries every way to match, without any thought of how long that takes. */
function canMatch(parts: readonly Part[], letters: readonly string[]): boolean {
  const [part, ...rest] = parts;
  const [letter, ...others] = letters;
  if (part === undefined) return letter === undefined;
  if ('oneOf' in part) return part.oneOf.some((each) => canMatch([...each, ...rest], letters));
  if ('any' in part && part.any === 'run')
    return canMatch(rest, letters) || (letter !== undefined && canMatch(parts, others));
  return letter !== undefined && isFor(part, letter) && canMatch(rest, others);
}

function isFor(part: Exclude<Part, { oneOf: unknown }>, letter: string): boolean {
  if ('letter' in part) return part.letter === letter;
  return 'any' in part || part.among.includes(letter) !== part.not;
}

/** The tree as a person writes it. */
function written(parts: readonly Part[]): string {
  return parts.map(writtenPart).join('');
}

function writtenPart(part: Part): string {
  if ('letter' in part) return /[*?[\]{},\\]/.test(part.letter) ? `\\${part.letter}` : part.letter;
  if ('any' in part) return part.any === 'run' ? '*' : '?';
  if ('among' in part) return `[${part.not ? '!' : ''}${part.among.map((each) => `\\${each}`).join('')}]`;
  return `{${part.oneOf.map(written).join(',')}}`;
}

const letter = fc.constantFrom('a', 'b', '-', '/', '"', '*', '\\', '[', '{', ',', '^', '.', '$', '𝒳');
const run: fc.Arbitrary<Part> = fc.constant({ any: 'run' });
const { parts } = fc.letrec<{ part: Part; parts: readonly Part[] }>((tie) => ({
  part: fc.oneof(
    { depthSize: 'small' },
    fc.record({ letter }),
    run,
    fc.constant<Part>({ any: 'one' }),
    fc.record({ among: fc.array(letter, { minLength: 1, maxLength: 3 }), not: fc.boolean() }),
    fc.record({ oneOf: fc.array(tie('parts'), { minLength: 2, maxLength: 3 }) }),
  ),
  parts: fc.array(tie('part'), { maxLength: 5 }),
}));
const text = fc.array(letter, { maxLength: 6 });

describe('matchesGlob', () => {
  it('agrees with a matcher that tries every possibility', () => {
    fc.assert(
      fc.property(parts, text, (glob, letters) => {
        expect(matches(written(glob), letters.join(''))).toBe(canMatch(glob, letters));
      }),
      { numRuns: 3_000 },
    );
  });

  it('agrees with a matcher that tries every possibility when only the star is special', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.record({ letter: fc.constantFrom('a', 'b', '?', '[', '\\') }), run)),
        text,
        (glob, letters) => {
          const stars = glob.map((part) => ('letter' in part ? part.letter : '*')).join('');
          expect(matchesGlob(parseStarGlob(stars), letters.join(''))).toBe(canMatch(glob, letters));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('matches exactly its own text when all special characters of a glob are escaped', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        const glob = one.replace(/[*?[\]{}\\]/g, '\\$&');
        expect(matches(glob, other)).toBe(one === other);
        expect(matches(glob, one)).toBe(true);
      }),
    );
  });

  // A matcher that backtracks would need longer than the universe is old.
  it.each([
    ['stars between hyphens', `${'*-'.repeat(120)}x`, '-'.repeat(20_000)],
    ['stars between letters', `${'*a'.repeat(120)}x`, 'a'.repeat(20_000)],
    ['nested alternatives', `${'{a,{a,*}}'.repeat(50)}x`, 'a'.repeat(128)],
    ['stars and question marks', `${'*?'.repeat(120)}x`, 'a'.repeat(2_000)],
    ['a class after each star', `${'*[!b]'.repeat(100)}b`, 'a'.repeat(2_000)],
  ])('refuses a text that is built to slow the matcher down: %s', (_, glob, hostile) => {
    expect(matches(glob, hostile)).toBe(false);
  });

  it('accepts a glob of any length', () => {
    expect(matches('{'.repeat(5_000), '{'.repeat(5_000))).toBe(true);
    expect(matches(`${'a'.repeat(100_000)}*`, 'a'.repeat(100_001))).toBe(true);
  });

  it.each([
    ['*\\', 'a\\', true],
    ['a"*"', 'a"b"', true],
    ['[abc', '[abc', true],
    ['{a}', '{a}', true],
    ['{a,b', '{a,b', true],
    ['a]b}', 'a]b}', true],
    ['[]a]', ']', true],
    ['[a-c]', 'b', true],
    ['[a\\-c]', 'b', false],
    ['[a\\-c]', '-', true],
    ['[^a]', 'a', false],
    ['{,x}y', 'y', true],
    ['{[,],b}', ',', true],
  ])('matches the glob %s with the text %s as documented', (glob, name, expected) => {
    expect(matches(glob, name)).toBe(expected);
  });
});

describe('globMistake', () => {
  it.each([
    ['prod-\\', 'must not end with'],
    ['{1..3}', 'must list alternatives'],
    ['{a,{1..3}}', 'must list alternatives'],
    ['[z-a]', 'ascending order'],
    ['[[:alpha:]]*', 'must not have classes'],
  ])('explains the mistake in the glob %s', (glob, part) => {
    expect(findGlobMistake(glob)).toContain(part);
  });

  it('finds no mistake when a glob is as documented', () => {
    expect(['*', 'team-?', '[a-z]{x,y}', '\\*', 'a..b', '[legacy] "a"'].map(findGlobMistake)).toEqual(
      Array(6).fill(undefined),
    );
  });
});
