import { type Answer, whether } from './answer.ts';
import { isMultivalued, valuesOf } from './context.ts';
import type { Case } from './shapes.ts';

/** One character of a pattern: itself, or a wildcard. `crosses` says whether the wildcard may match a colon. */
export type Token =
  | { readonly char: string }
  | { readonly wildcard: 'any' | 'one'; readonly crosses: boolean };

const plainTokens = (text: string): readonly Token[] => [...text].map((char) => ({ char }));

const wildcardTokens = (text: string): readonly Token[] =>
  [...text].map((char) => {
    if (char === '*') return { wildcard: 'any', crosses: true };
    return char === '?' ? { wildcard: 'one', crosses: true } : { char };
  });

/** Whether the whole text is matched: every reading of every `*` is tried. */
export function matches(tokens: readonly Token[], text: string): boolean {
  const [first, ...rest] = tokens;
  if (first === undefined) return text === '';
  if ('char' in first) return text.startsWith(first.char) && matches(rest, text.slice(first.char.length));
  if (first.wildcard === 'any' && matches(rest, text)) return true;
  if (text === '' || (text.startsWith(':') && !first.crosses)) return false;
  return matches(first.wildcard === 'any' ? tokens : rest, text.slice(1));
}

/** How a piece of a pattern outside of variables is read. */
export type Reading = 'plain' | 'wildcards';

/**
 * A pattern with its variables replaced (IAM policy elements: Variables and tags). `no value` if a variable has none in the
 * request, `unknown` if that is not known. Without variables the text is read as it stands.
 */
export function expand(
  text: string,
  reading: Reading,
  variables: boolean,
  input: Case,
): readonly Token[] | 'no value' | 'unknown' {
  const read = reading === 'plain' ? plainTokens : wildcardTokens;
  const start = variables ? text.indexOf('${') : -1;
  const end = text.indexOf('}', start);
  if (start === -1 || end === -1) return read(text);
  const value = variableOf(text.slice(start + 2, end), input);
  const rest = expand(text.slice(end + 1), reading, variables, input);
  if (value === 'unknown' || rest === 'unknown') return 'unknown';
  if (value === 'no value' || rest === 'no value') return 'no value';
  return [...read(text.slice(0, start)), ...plainTokens(value.text), ...rest];
}

function variableOf(name: string, input: Case): { readonly text: string } | 'no value' | 'unknown' {
  if (name === '*' || name === '?' || name === '$') return { text: name };
  const comma = name.indexOf(',');
  const key = (comma === -1 ? name : name.slice(0, comma)).trim();
  const values = valuesOf(key, input);
  // "You cannot use a multivalued context key as a policy variable": what happens then is not documented.
  if (values === 'unknown' || (values.length > 0 && isMultivalued(key, input))) return 'unknown';
  if (values[0] !== undefined) return { text: values[0] };
  return comma === -1 ? 'no value' : { text: name.slice(name.indexOf("'") + 1, name.lastIndexOf("'")) };
}

/** Whether a pattern of a condition matches a value. A variable without a value has "no equal or like value". */
export function matchesPattern(
  tokens: ReturnType<typeof expand>,
  value: string,
  match: (tokens: readonly Token[], value: string) => Answer = (each, text) => whether(matches(each, text)),
): Answer {
  if (tokens === 'unknown') return 'unknown';
  return tokens === 'no value' ? 'no' : match(tokens, value);
}

/** "Each of the six colon-delimited components of the ARN is checked separately" (Condition operators). */
export function matchesArn(tokens: readonly Token[], arn: string): Answer {
  const pattern = componentsOf(tokens);
  const values = componentsOf(plainTokens(arn));
  if (pattern.length < 6 || values.length < 6) return 'unknown';
  return whether(pattern.every((each, index) => matches(each, textOf(values[index] ?? []))));
}

const textOf = (tokens: readonly Token[]): string =>
  tokens.map((token) => ('char' in token ? token.char : '')).join('');

/** The parts between the first five colons. */
function componentsOf(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  for (const token of tokens)
    if ('char' in token && token.char === ':' && parts.length < 6) parts.push([]);
    else parts.at(-1)?.push(token);
  return parts;
}

/** `*` "can expand to match beyond the colon boundaries" only as the last character of a segment (Resource). */
export const withinSegments = (tokens: readonly Token[]): readonly Token[] =>
  tokens.map((token, index) => {
    if ('char' in token) return token;
    const next = tokens[index + 1];
    const last = next === undefined || ('char' in next && next.char === ':');
    return { ...token, crosses: token.wildcard === 'any' && last };
  });
