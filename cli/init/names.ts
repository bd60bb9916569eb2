/** The length limit for the name of a grant (`grantEntryFields`). */
const maxGrantName = 40;

/**
 * Converts a text to lower-case words joined by hyphens, each with a letter first. A word that begins with a digit
 * joins the word before it: `Log Archive 2` becomes `log-archive2`.
 */
export function toName(text: string, fallback: string): string {
  const words = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const joined = words
    .join('-')
    .replace(/-(?=\d)/g, '')
    .replace(/^\d+/, '');
  return joined === '' ? fallback : joined.replace(/^-/, '');
}

/** The name, with a number if it is taken already. The result has at most `length` characters. */
function toFreeName(name: string, taken: ReadonlySet<string>, length = maxGrantName): string {
  const candidates = [name, ...Array.from({ length: taken.size + 1 }, (_, index) => `${name}${index + 2}`)];
  for (const candidate of candidates) {
    const number = candidate.slice(name.length);
    const short = `${name.slice(0, length - number.length).replace(/-$/, '')}${number}`;
    if (!taken.has(short)) return short;
  }
  throw new Error(`no free name for ${name}`);
}

/** Gives each item a different name, in order. */
export function nameEach<T extends { readonly name: string }>(
  items: readonly T[],
  length?: number,
): readonly T[] {
  const taken = new Set<string>();
  return items.map((item) => {
    const name = toFreeName(item.name, taken, length);
    taken.add(name);
    return { ...item, name };
  });
}
