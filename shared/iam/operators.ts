import { matchesArn, matchesPattern, type Pattern, toLiteralText } from './patterns.ts';

/** Compares one value of the request with one of the policy; undefined when one of the two has no such meaning. */
type Comparison = (wanted: Pattern, given: string) => boolean | undefined;

export interface Operator {
  readonly compare: Comparison;
  /** True for `…Not…`: no value of the policy may match, and a missing key is as good as another value. */
  readonly negated: boolean;
}

/**
 * The operator of a base name (without set prefix and IfExists), in any letter case; undefined for one that we do
 * not know. `Null` is not here: it looks at the key, not at values.
 * Source: "IAM JSON policy elements: Condition operators".
 */
export const findOperator = (name: string): Operator | undefined => operators.get(name.toLowerCase());

const equals: Comparison = (wanted, given) => toLiteralText(wanted) === given;

const equalsIgnoringCase: Comparison = (wanted, given) =>
  toLiteralText(wanted).toLowerCase() === given.toLowerCase();

const like: Comparison = (wanted, given) => matchesPattern(wanted, given);

/** ArnEquals and ArnLike behave alike, wildcards included. */
const arnLike: Comparison = (wanted, given) => matchesArn(wanted, given);

const bool: Comparison = (wanted, given) => {
  const words = [toLiteralText(wanted), given].map((word) => word.toLowerCase());
  return words.every((word) => word === 'true' || word === 'false') ? words[0] === words[1] : undefined;
};

const measured =
  (measure: (text: string) => number, holds: (given: number, wanted: number) => boolean): Comparison =>
  (wanted, given) => {
    const [limit, value] = [measure(toLiteralText(wanted)), measure(given)];
    return Number.isNaN(limit) || Number.isNaN(value) ? undefined : holds(value, limit);
  };

const numberOf = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

/** ISO 8601, or seconds since 1970. */
const instantOf = (text: string): number => (/^\d{5,}$/.test(text) ? Number(text) * 1000 : Date.parse(text));

/** IPv4 only; an IPv6 address or range on either side cannot be judged. */
const inRange: Comparison = (wanted, given) => {
  const [base = '', bits = '32'] = toLiteralText(wanted).split('/');
  const [network, address] = [ipv4(base), ipv4(given)];
  if (network === undefined || address === undefined || !/^(\d|[12]\d|3[0-2])$/.test(bits)) return undefined;
  const block = 2 ** (32 - Number(bits));
  return Math.floor(network / block) === Math.floor(address / block);
};

function ipv4(text: string): number | undefined {
  const octets = text.split('.').map((octet) => (/^\d{1,3}$/.test(octet) ? Number(octet) : Number.NaN));
  if (octets.length !== 4 || !octets.every((octet) => octet <= 255)) return undefined;
  return octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

const positive = (compare: Comparison): Operator => ({ compare, negated: false });
const negated = (compare: Comparison): Operator => ({ compare, negated: true });

const ordered = (family: string, measure: (text: string) => number): [string, Operator][] => [
  [`${family}equals`, positive(measured(measure, (given, wanted) => given === wanted))],
  [`${family}notequals`, negated(measured(measure, (given, wanted) => given === wanted))],
  [`${family}lessthan`, positive(measured(measure, (given, wanted) => given < wanted))],
  [`${family}lessthanequals`, positive(measured(measure, (given, wanted) => given <= wanted))],
  [`${family}greaterthan`, positive(measured(measure, (given, wanted) => given > wanted))],
  [`${family}greaterthanequals`, positive(measured(measure, (given, wanted) => given >= wanted))],
];

const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['stringequals', positive(equals)],
  ['stringnotequals', negated(equals)],
  ['stringequalsignorecase', positive(equalsIgnoringCase)],
  ['stringnotequalsignorecase', negated(equalsIgnoringCase)],
  ['stringlike', positive(like)],
  ['stringnotlike', negated(like)],
  ['arnequals', positive(arnLike)],
  ['arnlike', positive(arnLike)],
  ['arnnotequals', negated(arnLike)],
  ['arnnotlike', negated(arnLike)],
  ['bool', positive(bool)],
  ['binaryequals', positive(equals)],
  ['ipaddress', positive(inRange)],
  ['notipaddress', negated(inRange)],
  ...ordered('numeric', numberOf),
  ...ordered('date', instantOf),
]);
