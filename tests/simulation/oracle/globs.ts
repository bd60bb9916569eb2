/** Whether a text matches a pattern in which `*` is any characters and `?` is one: IAM's wildcards, and ECR's names. */
export function fitsWildcards(text: string, pattern: string): boolean {
  if (!pattern.includes('*') && !pattern.includes('?')) return text === pattern;
  const rest = pattern.slice(1);
  if (pattern === '*') return true;
  if (pattern[0] === '*')
    return fitsWildcards(text, rest) || (text !== '' && fitsWildcards(text.slice(1), pattern));
  return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && fitsWildcards(text.slice(1), rest);
}

/** As `matchesGlob`, with `*` as the only special character, as in the name of an OU. */
export function fitsStars(text: string, pattern: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  if (!text.startsWith(first)) return false;
  return others.length === 0 ? text === first : fitsPieces(text.slice(first.length), others);
}

function fitsPieces(text: string, pieces: readonly string[]): boolean {
  const [piece = '', ...others] = pieces;
  if (others.length === 0) return text.endsWith(piece);
  for (let start = 0; start <= text.length; start += 1)
    if (text.startsWith(piece, start) && fitsPieces(text.slice(start + piece.length), others)) return true;
  return false;
}

/** The name of an OU by a segment of a path, in which `%2F` is a slash ("Paths of OUs", docs/selectors.md). */
export function fitsSegment(name: string, segment: string): boolean {
  const [first = '', ...others] = segment.split('*').map(unescaped);
  if (!name.startsWith(first)) return false;
  return others.length === 0 ? name === first : fitsPieces(name.slice(first.length), others);
}

/** `%` and two digits stand for the ASCII character of that code. */
export const unescaped = (text: string): string =>
  text.replaceAll(/%([0-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/**
 * A pattern on an account's name ("Patterns of names", docs/selectors.md). A name that equals the pattern matches, too.
 */
export const fitsName = (name: string, pattern: string): boolean =>
  name === pattern || fitsGlob(name, pattern);

/** Braces are expanded first. The simulation draws no nested braces. */
function fitsGlob(name: string, pattern: string): boolean {
  const braces = /\{([^{}]*)\}/.exec(pattern);
  if (braces !== null) {
    const before = pattern.slice(0, braces.index);
    const after = pattern.slice(braces.index + braces[0].length);
    return (braces[1] ?? '').split(',').some((each) => fitsGlob(name, `${before}${each}${after}`));
  }
  return fitsCharacters(name, pattern);
}

function fitsCharacters(name: string, pattern: string): boolean {
  if (pattern === '') return name === '';
  if (pattern[0] === '*')
    return fitsCharacters(name, pattern.slice(1)) || (name !== '' && fitsCharacters(name.slice(1), pattern));
  if (name === '') return false;
  const set = /^\[(!?)([^\]]+)\]/.exec(pattern);
  if (set !== null) {
    const isIn = inSet(name.slice(0, 1), set[2] ?? '');
    return isIn === (set[1] === '') && fitsCharacters(name.slice(1), pattern.slice(set[0].length));
  }
  if (pattern[0] === '\\') return pattern[1] === name[0] && fitsCharacters(name.slice(1), pattern.slice(2));
  return (pattern[0] === '?' || pattern[0] === name[0]) && fitsCharacters(name.slice(1), pattern.slice(1));
}

/** One character, and a set such as `abc` or `a-z`. */
const inSet = (one: string, set: string): boolean => {
  const range = /^(.)-(.)/.exec(set);
  if (range !== null) return (one >= (range[1] ?? '') && one <= (range[2] ?? '')) || inSet(one, set.slice(3));
  return set !== '' && (set[0] === one || inSet(one, set.slice(1)));
};
