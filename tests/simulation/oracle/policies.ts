/** A statement in a policy's JSON. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface Document {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

const nothing: Document = { Version: '2012-10-17', Statement: [] };

/** The parsed policy. The latest texts are cached, since plays read equal texts repeatedly. */
export function documentOf(text: string | undefined): Document {
  if (text === undefined) return nothing;
  const parsed = read.get(text) ?? parse(text);
  if (read.size > 1_000) read.clear();
  read.set(text, parsed);
  return parsed;
}

const read = new Map<string, Document>();

function parse(text: string): Document {
  const parsed = JSON.parse(text) as Omit<Document, 'Statement'> & {
    readonly Statement: Statement | readonly Statement[];
  };
  return { ...parsed, Version: parsed.Version ?? '2008-10-17', Statement: list(parsed.Statement) };
}

export const list = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];

/** Every account id in a text: twelve digits that are a whole segment. */
const idsIn = (text: string): readonly string[] => text.match(/(?<![\w.-])\d{12}(?![\w.-])/g) ?? [];

/** An ARN without wildcards. */
const namesOneTrail = /"arn:aws:cloudtrail:[a-z0-9-]+:\d{12}:trail\/[\w.-]+"/;

/**
 * The accounts that a statement names as principals, sources or resources. The owner in a resource's ARN does not
 * count.
 */
export function accountsNamed({ Principal, Resource, Condition = {} }: Statement): readonly string[] {
  const positive = Object.entries(Condition).filter(([operator]) => !operator.includes('Not'));
  // One trail of the management account serves every account.
  if (namesOneTrail.test(JSON.stringify(positive))) return [];
  return [...new Set(idsIn(JSON.stringify([Principal ?? '', Resource ?? '', positive])))];
}

/**
 * One text for all statements or policies of one meaning: order does not count, and a single value equals a list of
 * one.
 */
export function meaningOf(value: unknown): string {
  if (Array.isArray(value))
    return value.length === 1 ? meaningOf(value[0]) : `[${value.map(meaningOf).sort().join()}]`;
  if (value !== null && typeof value === 'object')
    return `{${Object.entries(value)
      .map(([name, each]) => `${name}:${meaningOf(each)}`)
      .sort()
      .join()}}`;
  const account = /^arn:[\w-]+:iam::(\d{12}):root$/.exec(String(value));
  return JSON.stringify(account?.[1] ?? String(value));
}
