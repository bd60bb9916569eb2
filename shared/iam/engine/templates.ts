import type { ContextEntry, RequestContext } from './context-entry.ts';
import { createUnknown, type UnknownVerdict } from './verdict.ts';
import {
  createMatcher,
  type Matcher,
  matchesTokens,
  type Token,
  toLiteralTokens,
  toText,
} from './wildcards.ts';

/** A value in a policy that may contain policy variables, such as `${aws:username}`. */
export interface Template {
  /** The value as it was written. */
  readonly text: string;
  /**
   * Replaces the variables by their values in one request. `undefined` if a variable has no value: then the whole value
   * matches nothing.
   */
  resolve(context: RequestContext): Resolved | undefined | UnknownVerdict;
}

/** A value in a policy after its variables were replaced. */
export interface Resolved extends Matcher {
  /** The value as plain text, for operators without wildcards. */
  readonly text: string;
}

interface Variable {
  readonly key: string;
  readonly fallback: string | undefined;
}

type Tokenize = (text: string) => readonly Token[];

/**
 * Parses a value of a policy. In a document of version 2012-10-17, `${key}` stands for the value in the request, and
 * `${key, 'text'}` has a default. `${*}`, `${?}` and `${$}` stand for the characters `*`, `?` and `$`. Source: "IAM
 * policy elements: Variables and tags".
 */
export function createTemplate(text: string, withVariables: boolean, tokenize: Tokenize): Template {
  if (!withVariables || !text.includes('${')) {
    const resolved = createResolved(tokenize(text));
    return { text, resolve: () => resolved };
  }
  const pieces = text
    .split(/(\$\{[^}]*\})/)
    .map((piece, index) => (index % 2 === 0 ? tokenize(piece) : toVariable(piece.slice(2, -1))));
  return { text, resolve: (context) => resolvePieces(pieces, context) };
}

const createResolved = (tokens: readonly Token[]): Resolved => ({
  ...createMatcher(tokens),
  text: toText(tokens),
});

type Piece = readonly Token[] | Variable;

const isVariable = (piece: Piece): piece is Variable => 'key' in piece;

function toVariable(expression: string): Piece {
  if (['*', '?', '$'].includes(expression)) return [expression];
  const [, key = expression, fallback] = /^\s*([^,]*?)\s*(?:,\s*'(.*)'\s*)?$/.exec(expression) ?? [];
  return { key, fallback };
}

function resolvePieces(pieces: readonly Piece[], context: RequestContext): ReturnType<Template['resolve']> {
  const tokens: Token[] = [];
  for (const piece of pieces) {
    const value = isVariable(piece) ? toTokens(piece, context) : piece;
    if (value === undefined || 'unknown' in value) return value;
    for (const token of value) tokens.push(token);
  }
  return new ResolvedOnce(tokens);
}

/** A value for one request. It is compared directly. Preparing it would cost more than it saves. */
class ResolvedOnce implements Resolved {
  readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  get text(): string {
    return toText(this.tokens);
  }

  matches(given: string): boolean {
    return matchesTokens(this.tokens, given);
  }
}

/** The value of one variable. AWS does not document a variable with several values, so it is unknown. */
function toTokens(
  variable: Variable,
  context: RequestContext,
): readonly Token[] | undefined | UnknownVerdict {
  const entry: ContextEntry = context.get(variable.key.toLowerCase());
  if (entry === 'absent' || entry.length === 0)
    return variable.fallback === undefined ? undefined : toLiteralTokens(variable.fallback);
  const [only] = entry;
  if (typeof entry === 'string' || entry.length > 1 || only === undefined)
    return createUnknown('key', variable.key);
  return toLiteralTokens(only);
}
