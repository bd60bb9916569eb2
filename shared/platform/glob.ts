/** Matches any characters, including none. */
const anyRun = Symbol('*');
/** Stands for one character. */
const anyOne = Symbol('?');

/** A set of characters, such as `[abc]`. Negated (`[!abc]`): every character except these. */
interface LetterClass {
  readonly ranges: readonly (readonly [first: number, last: number])[];
  readonly negated: boolean;
}

interface Alternatives {
  readonly anyOf: readonly Glob[];
}

/** Text is literal. */
type GlobPart = string | typeof anyRun | typeof anyOne | LetterClass | Alternatives;

/** A parsed pattern. The parser decides which characters are special. */
export type Glob = readonly GlobPart[];

/**
 * Whether the glob matches the whole text. Case matters, and a slash is an ordinary character. Each part is tried once
 * at each position of the text. So the work is at most the product of both lengths, whatever the pattern is.
 */
export function matchesGlob(glob: Glob, text: string): boolean {
  const [first] = glob;
  // A quick check: most texts differ in their first characters.
  if (typeof first === 'string' && !text.startsWith(first)) return false;
  return endsOf(glob, [0], text).at(-1) === text.length;
}

/** Positions in a text, in ascending order, each once. */
type Positions = readonly number[];

/** Where the glob can end, if it begins at one of the given positions. */
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

/** All positions from `first` on. Positions inside a surrogate pair are skipped. */
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

/** Parses a glob in which only `*` has a special meaning. */
export const parseStarGlob = (text: string): Glob => joinWithStars(text.split('*'));

/** A glob of literal texts with a `*` between them. */
export function joinWithStars(pieces: readonly string[]): Glob {
  const parts: GlobPart[] = [];
  pieces.forEach((piece, index) => {
    if (index > 0) parts.push(anyRun);
    if (piece !== '') parts.push(piece);
  });
  return parts;
}

/**
 * Parses a glob with `*`, `?`, `[abc]`, `[a-z]`, `[!a]`, `{one,two}`, and `\` before a literal character. A single
 * bracket, and braces without a comma, are taken literally.
 */
export const parseGlob = (text: string): Glob => read([...text], () => {});

/** Why a glob would probably match other texts than its author meant. `undefined` if there is no such reason. */
export function findGlobMistake(text: string): string | undefined {
  const mistakes: string[] = [];
  read([...text], (mistake) => mistakes.push(mistake));
  return mistakes[0];
}

type Letters = readonly string[];
type Report = (mistake: string) => void;

/** A parsed part, and the position of the next one. */
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
    report('must go without classes such as [:alpha:]: write [a-zA-Z]');
  return { part: { ranges, negated }, end: end + 1 };
}

/** The end of a class. A closing bracket at its very beginning is one of its characters. */
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

/** The characters of a class. An escaped dash is a plain character and makes no range. */
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

/** The positions of the commas and the closing brace, for braces that open here. Empty if the braces do not close. */
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
