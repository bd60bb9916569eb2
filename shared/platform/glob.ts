/** A wildcard that matches any number of characters, even none. */
const anyRun = Symbol('*');
/** A wildcard that matches one character. */
const anyOne = Symbol('?');

/** A set of characters, such as `[abc]`. If negated (`[!abc]`), all characters except for these. */
interface LetterClass {
  readonly ranges: readonly (readonly [first: number, last: number])[];
  readonly negated: boolean;
}

interface Alternatives {
  readonly anyOf: readonly Glob[];
}

/** One part of a pattern. A string matches itself. */
type GlobPart = string | typeof anyRun | typeof anyOne | LetterClass | Alternatives;

/** A parsed pattern. The parser has decided which characters are special. */
export type Glob = readonly GlobPart[];

/**
 * Whether the pattern matches the whole text. Case matters, and a slash is like any other character. Each part of the
 * pattern is tried once at each position of the text. So the work is at most the product of both lengths, even for
 * malicious patterns.
 */
export function matchesGlob(glob: Glob, text: string): boolean {
  const [first] = glob;
  // A quick check first, because most texts already differ in their first characters.
  if (typeof first === 'string' && !text.startsWith(first)) return false;
  return endsOf(glob, [0], text).at(-1) === text.length;
}

/** Positions in a text, in ascending order, each once. */
type Positions = readonly number[];

/** The positions at which the pattern can end if it begins at one of `starts`. */
function endsOf(glob: Glob, starts: Positions, text: string): Positions {
  let positions = starts;
  for (const part of glob) {
    if (positions.length === 0) break;
    positions = endsOfPart(part, positions, text);
  }
  return positions;
}

function endsOfPart(part: GlobPart, starts: Positions, text: string): Positions {
  if (part === anyRun) return positionsFrom(starts[0] ?? 0, text);
  if (part === anyOne) return afterOne(starts, text, () => true);
  if (typeof part === 'string')
    return starts.filter((at) => text.startsWith(part, at)).map((at) => at + part.length);
  if ('anyOf' in part) return ascending(part.anyOf.flatMap((glob) => endsOf(glob, starts, text)));
  return afterOne(starts, text, (code) => isInClass(code, part));
}

/** All positions from `first` on. A position inside a surrogate pair is skipped. */
function positionsFrom(first: number, text: string): Positions {
  const positions: number[] = [];
  for (let at = first; at <= text.length; at += 1)
    if (at === first || !isInPair(text, at)) positions.push(at);
  return positions;
}

const isInPair = (text: string, at: number): boolean => (text.codePointAt(at - 1) ?? 0) > 0xffff;

const afterOne = (starts: Positions, text: string, test: (code: number) => boolean): Positions =>
  starts.flatMap((at) => {
    const code = text.codePointAt(at);
    return code !== undefined && test(code) ? [at + (code > 0xffff ? 2 : 1)] : [];
  });

const isInClass = (code: number, { ranges, negated }: LetterClass): boolean =>
  ranges.some(([first, last]) => first <= code && code <= last) !== negated;

const ascending = (positions: Positions): Positions => [...new Set(positions)].sort((a, b) => a - b);

/** Parses a pattern in which only `*` is special. */
export const parseStarGlob = (text: string): Glob => joinWithStars(text.split('*'));

/** A pattern of the given texts, with a `*` between them. */
export function joinWithStars(pieces: readonly string[]): Glob {
  const parts: GlobPart[] = [];
  pieces.forEach((piece, index) => {
    if (index > 0) parts.push(anyRun);
    if (piece !== '') parts.push(piece);
  });
  return parts;
}

/**
 * Parses a pattern with `*`, `?`, `[abc]`, `[a-z]`, `[!a]`, `{one,two}`, and `\` before a character that is not
 * special. A bracket alone, and braces without a comma, are not special.
 */
export const parseGlob = (text: string): Glob => read([...text], () => {});

/** Why a pattern probably matches other texts than its author wants. `undefined` if there is no sign of that. */
export function findGlobMistake(text: string): string | undefined {
  const mistakes: string[] = [];
  read([...text], (mistake) => mistakes.push(mistake));
  return mistakes[0];
}

type Letters = readonly string[];
type Report = (mistake: string) => void;

/** A parsed part, and the position where the next part begins. */
interface ReadPart {
  readonly part: GlobPart;
  readonly end: number;
}

function read(letters: Letters, report: Report): Glob {
  const parts: GlobPart[] = [];
  for (let at = 0; at < letters.length; ) {
    const { part, end } = readPart(letters, at, report);
    const last = parts.at(-1);
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
    else parts.push(part);
    at = end;
  }
  return parts;
}

function readPart(letters: Letters, at: number, report: Report): ReadPart {
  const letter = letters[at] ?? '';
  if (letter === '*') return { part: anyRun, end: at + 1 };
  if (letter === '?') return { part: anyOne, end: at + 1 };
  if (letter === '\\') return readEscape(letters, at, report);
  const special =
    letter === '[' ? readClass(letters, at, report) : letter === '{' && readBraces(letters, at, report);
  return special || { part: letter, end: at + 1 };
}

function readEscape(letters: Letters, at: number, report: Report): ReadPart {
  const escaped = letters[at + 1];
  if (escaped === undefined) report('must not end with a single \\: write \\\\ for a backslash');
  return { part: escaped ?? '\\', end: at + 2 };
}

function readClass(letters: Letters, at: number, report: Report): ReadPart | undefined {
  const negated = letters[at + 1] === '!' || letters[at + 1] === '^';
  const start = at + (negated ? 2 : 1);
  const end = endOfClass(letters, start);
  if (end === undefined) return undefined;
  const ranges = rangesOf(letters.slice(start, end));
  if (ranges.some(([first, last]) => last < first))
    report('must have ranges in ascending order, such as [a-z]');
  if (/\[:\w+:$/.test(letters.slice(start, end).join('')))
    report('must not have classes such as [:alpha:]: write [a-zA-Z]');
  return { part: { ranges, negated }, end: end + 1 };
}

/**
 * The position of the bracket that closes the set. A closing bracket at the very beginning is one of the set's
 * characters.
 */
function endOfClass(letters: Letters, start: number): number | undefined {
  for (let at = start; at < letters.length; at += 1) {
    if (letters[at] === '\\') at += 1;
    else if (letters[at] === ']' && at > start) return at;
  }
  return undefined;
}

function rangesOf(letters: Letters): LetterClass['ranges'] {
  const members = membersOf(letters);
  const ranges: [number, number][] = [];
  for (let at = 0; at < members.length; ) {
    const [first, last] = [members[at], members[at + 2]];
    const isRange = members[at + 1]?.isDash === true && last !== undefined;
    ranges.push([first?.code ?? 0, (isRange ? last : first)?.code ?? 0]);
    at += isRange ? 3 : 1;
  }
  return ranges;
}

/** The characters of a set. A dash after `\` is a plain character, and makes no range. */
function membersOf(letters: Letters): readonly { readonly code: number; readonly isDash: boolean }[] {
  const members = [];
  for (let at = 0; at < letters.length; at += 1) {
    const isEscaped = letters[at] === '\\' && at + 1 < letters.length;
    if (isEscaped) at += 1;
    members.push({ code: letters[at]?.codePointAt(0) ?? 0, isDash: !isEscaped && letters[at] === '-' });
  }
  return members;
}

function readBraces(letters: Letters, at: number, report: Report): ReadPart | undefined {
  const marks = marksOf(letters, at);
  const end = marks.at(-1);
  if (end === undefined) return undefined;
  if (marks.length === 1) {
    if (letters.slice(at, end).join('').includes('..'))
      report('must list alternatives, such as {1,2,3}: ranges such as {1..3} are not known');
    return undefined;
  }
  const starts = [at, ...marks.slice(0, -1)];
  const anyOf = starts.map((start, index) => read(letters.slice(start + 1, marks[index]), report));
  return { part: { anyOf }, end: end + 1 };
}

/** The positions of the commas and of the closing brace for the brace at `open`. Empty if nothing closes it. */
function marksOf(letters: Letters, open: number): readonly number[] {
  const commas: number[] = [];
  let depth = 0;
  for (let at = open; at < letters.length; at += 1) {
    const letter = letters[at];
    if (letter === '\\') at += 1;
    else if (letter === '[') at = endOfClass(letters, at + 1) ?? at;
    else if (letter === '{') depth += 1;
    else if (letter === ',' && depth === 1) commas.push(at);
    else if (letter === '}') depth -= 1;
    if (letter === '}' && depth === 0) return [...commas, at];
  }
  return [];
}
