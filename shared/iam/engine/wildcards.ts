/** A pattern: characters and wildcards. */
export type Token = string | Wildcard;

/** `anyRun` is any text. `segmentRun` is any text without a colon, `segmentLetter` any character except a colon. */
type Wildcard = typeof anyRun | typeof segmentRun | typeof anyLetter | typeof segmentLetter;

const anyRun = 0;
const segmentRun = 1;
const anyLetter = 2;
const segmentLetter = 3;

/** The characters of a text. `*` and `?` are plain characters. */
export const toLiteralTokens = (text: string): readonly Token[] => Array.from(text);

/** `*` is any text, `?` any character. */
export const toTextTokens = (text: string): readonly Token[] =>
  Array.from(text, (letter): Token => (letter === '*' ? anyRun : letter === '?' ? anyLetter : letter));

/**
 * Wildcards stay within a segment of an ARN, but a `*` at the end of a segment runs across colons ("IAM JSON policy
 * elements: Resource").
 */
export const toResourceTokens = (text: string): readonly Token[] =>
  Array.from(text, (letter): Token => (letter === '?' ? segmentLetter : letter)).map((letter, index, all) => {
    if (letter !== '*') return letter;
    const next = all[index + 1];
    return next === undefined || next === ':' ? anyRun : segmentRun;
  });

/** The pattern as it was written. */
export const toText = (tokens: readonly Token[]): string =>
  tokens
    .map((token) =>
      typeof token === 'string' ? token : token === anyRun || token === segmentRun ? '*' : '?',
    )
    .join('');

/**
 * Whether the pattern matches the whole text.
 *
 * After a mismatch the latest run takes one character more. Earlier runs need no second try: a later `anyRun` could
 * take every character that they would gain, and a later `segmentRun` begins in a segment that they cannot leave.
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

/** A pattern without variables, prepared once. */
export interface Matcher {
  readonly tokens: readonly Token[];
  matches(text: string): boolean;
}

/** Most patterns are a text, or a text and a `*` at its end. */
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
