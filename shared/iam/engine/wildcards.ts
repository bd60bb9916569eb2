/** One element of a pattern: a character or a wildcard. */
export type Token = string | Wildcard;

/**
 * Four kinds of wildcards. `anyRun` matches any text, and `segmentRun` any text without a colon. `anyLetter` matches
 * any character, and `segmentLetter` any character except a colon.
 */
type Wildcard = typeof anyRun | typeof segmentRun | typeof anyLetter | typeof segmentLetter;

const anyRun = 0;
const segmentRun = 1;
const anyLetter = 2;
const segmentLetter = 3;

/** A pattern without wildcards: every character stands for itself, even `*` and `?`. */
export const toLiteralTokens = (text: string): readonly Token[] => Array.from(text);

/** A pattern in which `*` matches any text and `?` any character. */
export const toTextTokens = (text: string): readonly Token[] =>
  Array.from(text, (letter): Token => (letter === '*' ? anyRun : letter === '?' ? anyLetter : letter));

/**
 * A pattern in which wildcards match within one segment of an ARN. Only a `*` at the end of a segment also matches
 * colons ("IAM JSON policy elements: Resource").
 */
export const toResourceTokens = (text: string): readonly Token[] =>
  Array.from(text, (letter): Token => (letter === '?' ? segmentLetter : letter)).map((letter, index, all) => {
    if (letter !== '*') return letter;
    const next = all[index + 1];
    return next === undefined || next === ':' ? anyRun : segmentRun;
  });

/** The text of a pattern as it was written in the policy. */
export const toText = (tokens: readonly Token[]): string =>
  tokens
    .map((token) =>
      typeof token === 'string' ? token : token === anyRun || token === segmentRun ? '*' : '?',
    )
    .join('');

/**
 * Whether the pattern matches the whole text.
 *
 * After a mismatch, only the last wildcard is tried again, one character longer. Earlier wildcards need no second try.
 * If the last one is `anyRun`, it can match whatever an earlier one would have matched. If it is `segmentRun`, and the
 * one before is too, both match inside the same segment of the ARN.
 */
export function matchesTokens(tokens: readonly Token[], text: string): boolean {
  const letters: ArrayLike<string> = /[\ud800-\udfff]/.test(text) ? Array.from(text) : text;
  let [at, next] = [0, 0];
  const run = { at: -1, next: -1 };
  const segment = { at: -1, next: -1 };
  while (at < letters.length) {
    const token = tokens[next];
    if (token === anyRun) {
      next += 1;
      run.at = at;
      run.next = next;
      segment.at = -1;
    } else if (token === segmentRun) {
      next += 1;
      segment.at = at;
      segment.next = next;
    } else if (token !== undefined && matchesLetter(token, letters[at])) {
      at += 1;
      next += 1;
    } else if (segment.at >= 0 && letters[segment.at] !== ':') {
      segment.at += 1;
      [at, next] = [segment.at, segment.next];
    } else if (run.at >= 0) {
      run.at += 1;
      segment.at = -1;
      [at, next] = [run.at, run.next];
    } else return false;
  }
  return onlyRunsFrom(tokens, next);
}

const matchesLetter = (token: Token, letter: string | undefined): boolean =>
  token === letter || token === anyLetter || (token === segmentLetter && letter !== ':');

function onlyRunsFrom(tokens: readonly Token[], from: number): boolean {
  for (let index = from; index < tokens.length; index += 1)
    if (tokens[index] !== anyRun && tokens[index] !== segmentRun) return false;
  return true;
}

/** A pattern without variables, compiled once. */
export interface Matcher {
  readonly tokens: readonly Token[];
  matches(text: string): boolean;
}

/** A fast matcher for the usual patterns: a plain text, or a text with a `*` at its end. */
export function createMatcher(tokens: readonly Token[]): Matcher {
  const text = toText(tokens);
  const firstWildcard = tokens.findIndex((token) => typeof token !== 'string');
  if (firstWildcard < 0) return { tokens, matches: (given) => given === text };
  if (firstWildcard === tokens.length - 1 && tokens[firstWildcard] === anyRun) {
    const prefix = text.slice(0, -1);
    return { tokens, matches: (given) => given.startsWith(prefix) };
  }
  return { tokens, matches: (given) => matchesTokens(tokens, given) };
}
