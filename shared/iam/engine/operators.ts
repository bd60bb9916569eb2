import { matchesArn } from './arns.ts';
import { isInRange } from './ip-ranges.ts';
import type { Resolved } from './templates.ts';
import { toBoolean, toInstant, toNumber } from './values.ts';

/**
 * Compares a value in the policy with a value of the request. `undefined` if one of them cannot be parsed, such as a
 * malformed date.
 */
type Comparison = (wanted: Resolved, given: string) => boolean | undefined;

export interface Operator {
  readonly compare: Comparison;
  /**
   * True for operators with `Not`: they are satisfied if no value in the policy matches, and also if the request does
   * not have the key.
   */
  readonly negated: boolean;
  /** Whether `${…}` in its values is a policy variable. This is so for string and ARN operators only. */
  readonly variables: boolean;
  /** Whether `*` and `?` in its values are wildcards. */
  readonly wildcards: boolean;
}

/**
 * Finds an operator by its name in lower case, without set operator and `IfExists`. `undefined` if AWS does not
 * document it. `Null` is not here, because it tests whether a key exists and not its value. Sources: "IAM JSON policy
 * elements: Condition operators"; "IAM policy elements: Variables and tags" (where you can use policy variables).
 */
export const findOperator = (name: string): Operator | undefined => operators.get(name);

const equals: Comparison = (wanted, given) => wanted.text === given;

const equalsIgnoringCase: Comparison = (wanted, given) => wanted.text.toLowerCase() === given.toLowerCase();

const like: Comparison = (wanted, given) => wanted.matches(given);

/** ArnEquals and ArnLike do the same, wildcards included. */
const arnLike: Comparison = (wanted, given) => matchesArn(wanted.tokens, given);

const bool: Comparison = (wanted, given) => {
  const [one, other] = [toBoolean(wanted.text), toBoolean(given)];
  return one === undefined || other === undefined ? undefined : one === other;
};

/** Compares base64 values by the bytes that they encode. */
const binary: Comparison = (wanted, given) =>
  [wanted.text, given].every((text) => /^[A-Za-z\d+/]*={0,2}$/.test(text) && text.length % 4 === 0)
    ? wanted.text === given
    : undefined;

const inRange: Comparison = (wanted, given) => isInRange(wanted.text, given);

type Measure = (text: string) => number | undefined;

const measured =
  (measure: Measure, holds: (given: number, wanted: number) => boolean): Comparison =>
  (wanted, given) => {
    const [limit, value] = [measure(wanted.text), measure(given)];
    return limit === undefined || value === undefined ? undefined : holds(value, limit);
  };

const plain = { variables: false, wildcards: false };

/** Makes two operators: one, and its negated form with `Not`. */
const pair = (
  name: string,
  negatedName: string,
  compare: Comparison,
  traits: Pick<Operator, 'variables' | 'wildcards'> = plain,
): [string, Operator][] => [
  [name, { ...traits, compare, negated: false }],
  [negatedName, { ...traits, compare, negated: true }],
];

const only = (name: string, compare: Comparison): [string, Operator] => [
  name,
  { ...plain, compare, negated: false },
];

const ordered = (family: string, measure: Measure): [string, Operator][] => [
  ...pair(
    `${family}equals`,
    `${family}notequals`,
    measured(measure, (given, wanted) => given === wanted),
  ),
  only(
    `${family}lessthan`,
    measured(measure, (given, wanted) => given < wanted),
  ),
  only(
    `${family}lessthanequals`,
    measured(measure, (given, wanted) => given <= wanted),
  ),
  only(
    `${family}greaterthan`,
    measured(measure, (given, wanted) => given > wanted),
  ),
  only(
    `${family}greaterthanequals`,
    measured(measure, (given, wanted) => given >= wanted),
  ),
];

const text = { variables: true, wildcards: false };
const pattern = { variables: true, wildcards: true };

const operators: ReadonlyMap<string, Operator> = new Map([
  ...pair('stringequals', 'stringnotequals', equals, text),
  ...pair('stringequalsignorecase', 'stringnotequalsignorecase', equalsIgnoringCase, text),
  ...pair('stringlike', 'stringnotlike', like, pattern),
  ...pair('arnequals', 'arnnotequals', arnLike, pattern),
  ...pair('arnlike', 'arnnotlike', arnLike, pattern),
  ...pair('ipaddress', 'notipaddress', inRange),
  ...ordered('numeric', toNumber),
  ...ordered('date', toInstant),
  only('bool', bool),
  only('binaryequals', binary),
]);
