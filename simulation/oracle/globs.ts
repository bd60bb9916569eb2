/** Whether a text fits a pattern in which `*` is any characters and `?` is one: IAM's wildcards, and ECR's names. */
export function fitsWildcards(text: string, pattern: string): boolean {
  if (pattern === '') return text === '';
  const rest = pattern.slice(1);
  if (pattern[0] === '*')
    return fitsWildcards(text, rest) || (text !== '' && fitsWildcards(text.slice(1), pattern));
  return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && fitsWildcards(text.slice(1), rest);
}

/** The same where `*` alone is special, as in the name of an OU. */
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

/** A pattern on an account's name: `*`, `?`, `[ab]`, `[!ab]` and `{one,two}`. */
export function fitsName(name: string, pattern: string): boolean {
  const braces = /\{([^{}]*)\}/.exec(pattern);
  if (braces !== null) {
    const before = pattern.slice(0, braces.index);
    const after = pattern.slice(braces.index + braces[0].length);
    return (braces[1] ?? '').split(',').some((each) => fitsName(name, `${before}${each}${after}`));
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
    const isIn = (set[2] ?? '').includes(name[0] ?? '');
    return isIn === (set[1] === '') && fitsCharacters(name.slice(1), pattern.slice(set[0].length));
  }
  return (pattern[0] === '?' || pattern[0] === name[0]) && fitsCharacters(name.slice(1), pattern.slice(1));
}
