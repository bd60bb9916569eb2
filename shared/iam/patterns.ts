import { memoizeByString } from '../platform/memoize.ts';

/** A request's context: condition keys, in any letter case, with their values. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

/**
 * A value of a policy, letter by letter: `anyRun` and `anyOne` are the wildcards `*` and `?` as written in the
 * policy, everything else is literal, also a `*` that came out of a variable.
 */
export type Pattern = readonly (string | typeof anyRun | typeof anyOne)[];

const anyRun = Symbol('*');
const anyOne = Symbol('?');

/** How the values of one document are read: whether `${…}` is a variable, and what it stands for. */
export interface Variables {
  readonly enabled: boolean;
  readonly context: RequestContext;
}

/**
 * Reads a value of a policy. In a document of version 2012-10-17, `${key}` stands for the request's value,
 * `${key, 'text'}` has a default, and `${*}`, `${?}`, `${$}` are the letters themselves. Undefined when a variable
 * has no single value in this request ("IAM policy elements: Variables and tags").
 */
export function parsePattern(text: string, variables: Variables): Pattern | undefined {
  if (!variables.enabled || !text.includes('${')) return written(text);
  const pieces = text.split(/(\$\{[^}]*\})/).map((piece, index) => {
    if (index % 2 === 0) return written(piece);
    const value = variableValue(piece.slice(2, -1), variables.context);
    return value === undefined ? undefined : [...value];
  });
  return pieces.every((piece) => piece !== undefined) ? pieces.flat() : undefined;
}

/** The pattern as plain text, for operators that know no wildcards. */
export const toLiteralText = (pattern: Pattern): string => pattern.map(letterOf).join('');

/** Whether the pattern matches the whole text; `*` matches any run of letters, `?` one. */
export function matchesPattern(pattern: Pattern, text: string): boolean {
  const letters = lettersIn(text);
  let [at, next, retryAt, retryNext] = [0, 0, -1, -1];
  while (at < letters.length) {
    const part = pattern[next];
    if (part === anyRun) {
      [retryAt, retryNext] = [at, next];
      next += 1;
    } else if (part === anyOne || (part !== undefined && part === letters[at])) {
      at += 1;
      next += 1;
    } else if (retryNext >= 0) {
      retryAt += 1;
      [at, next] = [retryAt, retryNext + 1];
    } else return false;
  }
  return pattern.slice(next).every((part) => part === anyRun);
}

/** Actions are compared without regard to letter case, and know no variables. */
export const matchesAction = (action: string, given: string): boolean =>
  action === given || matchesPattern(written(action.toLowerCase()), given.toLowerCase());

/**
 * ARNs are compared in their six segments, each with its own wildcards; only the last may contain colons
 * ("IAM JSON policy elements: Condition operators", ARN condition operators).
 */
export function matchesArn(pattern: Pattern, arn: string): boolean {
  const wanted = patternSegments(pattern);
  const given = splitArn(arn);
  if (wanted.length !== 6 || given.length !== 6) return false;
  return wanted.every((segment, index) => matchesPattern(segment, given[index] ?? ''));
}

/** `arn`, partition, service, region, account, resource: six, unless the text is no ARN. */
export function splitArn(arn: string): readonly string[] {
  const segments = arn.split(':');
  if (segments[0] !== 'arn' || segments.length < 6) return [];
  return [...segments.slice(0, 5), segments.slice(5).join(':')];
}

/** The values of a condition key, whatever its letter case; undefined when the request has none. */
export function getContextValues(context: RequestContext, key: string): readonly string[] | undefined {
  const wanted = key.toLowerCase();
  const value = Object.entries(context).find(([name]) => name.toLowerCase() === wanted)?.[1];
  if (typeof value === 'string') return [value];
  return value === undefined || value.length === 0 ? undefined : value;
}

/** The same few texts are compared with every request. */
const written = memoizeByString(
  1_000,
  (text): Pattern =>
    Array.from(text, (letter) => (letter === '*' ? anyRun : letter === '?' ? anyOne : letter)),
);

const lettersIn = memoizeByString(1_000, (text): readonly string[] => [...text]);

const letterOf = (part: Pattern[number]): string =>
  part === anyRun ? '*' : part === anyOne ? '?' : (part as string);

function variableValue(expression: string, context: RequestContext): string | undefined {
  if (['*', '?', '$'].includes(expression)) return expression;
  const [, key = '', , fallback] = /^\s*([^,]*?)\s*(,\s*'(.*)'\s*)?$/.exec(expression) ?? [];
  const values = getContextValues(context, key);
  if (values === undefined) return fallback;
  return values.length === 1 ? values[0] : undefined;
}

function patternSegments(pattern: Pattern): readonly Pattern[] {
  const colons = pattern.flatMap((part, index) => (part === ':' ? [index] : [])).slice(0, 5);
  const starts = [0, ...colons.map((colon) => colon + 1)];
  return starts.map((start, index) => pattern.slice(start, colons[index] ?? pattern.length));
}
