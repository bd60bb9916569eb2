import { fitsWildcards } from './globs.ts';
import { type Document, list, type Statement } from './policies.ts';

/** A call of AWS that belongs to an access. */
export interface Request {
  /** A role of an account, an AWS service, or the user or role of an attached policy. */
  readonly who: { readonly accountId: string } | { readonly service: string } | 'holder';
  readonly action: string;
  readonly resource: string;
  /** Condition keys. A key that is missing is absent from the request. */
  readonly keys: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * Whether statements of one policy allow a request, by a plain reading of "Policy evaluation logic" for one policy
 * alone.
 */
export function allows({ Version, Statement }: Document, request: Request): boolean {
  const fitting = Statement.filter((each) => fits(each, request, Version));
  return fitting.some(({ Effect }) => Effect === 'Allow') && !fitting.some(({ Effect }) => Effect === 'Deny');
}

const fits = (statement: Statement, request: Request, version: string): boolean =>
  isFor(statement.Principal, request.who) &&
  list(statement.Action).some((each) => fitsWildcards(request.action.toLowerCase(), each.toLowerCase())) &&
  (statement.Resource === undefined ||
    list(statement.Resource).some((each) =>
      fitsWildcards(request.resource, filled(each, request, version)),
    )) &&
  Object.entries(statement.Condition ?? {}).every(([operator, block]) =>
    Object.entries(block).every(([key, values]) => holds(operator, key, values, request, version)),
  );

function isFor(principal: Statement['Principal'], who: Request['who']): boolean {
  if (who === 'holder') return principal === undefined;
  if (principal === undefined) return false;
  if (principal === '*') return true;
  if (typeof principal === 'string') throw new Error(`The oracle knows no principal ${principal}`);
  if ('service' in who) return list(principal.Service).includes(who.service);
  const { accountId } = who;
  return list(principal.AWS).some(
    (each) =>
      each === '*' || each === accountId || new RegExp(`^arn:[\\w-]+:iam::${accountId}:root$`).test(each),
  );
}

/** Policy variables, which only policies of the version 2012-10-17 have. */
const filled = (text: string, { keys }: Request, version: string): string =>
  version === '2012-10-17'
    ? text.replaceAll(/\$\{([^}]+)\}/g, (_, key: string) => String(valuesOf(keys, key)[0] ?? '(absent)'))
    : text;

/** Names of condition keys ignore case. */
function valuesOf(keys: Request['keys'], key: string): readonly string[] {
  const entry = Object.entries(keys).find(([name]) => name.toLowerCase() === key.toLowerCase());
  return entry === undefined ? [] : list<string>(entry[1]);
}

function holds(operator: string, key: string, value: unknown, request: Request, version: string): boolean {
  const actual = valuesOf(request.keys, key);
  const wanted = list(value as string | readonly string[]).map((each) =>
    filled(String(each), request, version),
  );
  const some = (test: (one: string, pattern: string) => boolean): boolean =>
    actual.some((one) => wanted.some((each) => test(one, each)));
  const equal = (one: string, other: string): boolean => one === other;
  switch (operator) {
    case 'StringEquals':
    case 'ForAnyValue:StringEquals':
      return some(equal);
    case 'StringNotEquals':
      return !some(equal);
    case 'Bool':
      return some((one, other) => one.toLowerCase() === other.toLowerCase());
    case 'StringLike':
    case 'ForAnyValue:StringLike':
    case 'ArnLike':
    case 'ArnEquals':
      return some(fitsWildcards);
    case 'Null':
      return wanted.some((each) => each === String(actual.length === 0));
    default:
      throw new Error(`The oracle knows no condition ${operator}`);
  }
}
