/**
 * Event patterns of Amazon EventBridge: whether a rule's pattern matches an event.
 * Source: "Comparison operators for use in event patterns in Amazon EventBridge" and "Creating Amazon EventBridge
 * event patterns" (EventBridge user guide).
 */

import { matchesGlob } from '../shared/platform/glob.ts';
import { parseWildcards } from './wildcards.ts';

type Fields = Readonly<Record<string, unknown>>;
type Leaf = string | number | boolean | null;
type LeafTest = (leaf: Leaf) => boolean;

/**
 * All fields of the pattern must match. An array in the event matches if one of its elements does. A pattern of several
 * fields below an array must match within one element.
 * @throws Error for an operator or a form of pattern that EventBridge, or this implementation, does not support
 */
export function matchesPattern(pattern: unknown, event: unknown): boolean {
  if (!isFields(pattern)) throw new Error('An event pattern is an object');
  const fields = isFields(event) ? event : {};
  // All fields are evaluated even if one does not match, so that an unknown operator is always reported.
  return Object.entries(pattern)
    .map(([name, expected]) =>
      name === '$or' ? matchesAny(expected, fields) : matchesField(expected, fields[name], name),
    )
    .every(Boolean);
}

function matchesAny(alternatives: unknown, fields: Fields): boolean {
  if (!Array.isArray(alternatives) || alternatives.length === 0)
    throw new Error('"$or" in an event pattern is an array of patterns');
  return alternatives.map((alternative) => matchesPattern(alternative, fields)).some(Boolean);
}

function matchesField(expected: unknown, actual: unknown, name: string): boolean {
  if (Array.isArray(expected)) return matchesValue(expected, leavesOf(actual), name);
  if (!isFields(expected)) throw new Error(`"${name}" in an event pattern is neither an array nor an object`);
  const elements = Array.isArray(actual) ? actual : [actual];
  return elements.length === 0
    ? matchesPattern(expected, {})
    : elements.map((element) => matchesPattern(expected, element)).some(Boolean);
}

function matchesValue(expected: readonly unknown[], leaves: readonly Leaf[], name: string): boolean {
  if (expected.length === 0) throw new Error(`"${name}" in an event pattern is an empty array`);
  return expected.map((matcher) => matches(matcher, leaves, name)).some(Boolean);
}

function matches(matcher: unknown, leaves: readonly Leaf[], name: string): boolean {
  if (isLeaf(matcher)) return leaves.includes(matcher);
  const [operator, operand] = operatorOf(matcher, name);
  // `exists` matches leaf nodes only. An object or an empty array has no leaf node.
  if (operator === 'exists') return leaves.length > 0 === operand;
  const test = operators[operator];
  if (test === undefined)
    throw new Error(`"${name}" in an event pattern uses "${operator}", which is unknown`);
  return leaves.some(test(operand));
}

function operatorOf(matcher: unknown, name: string): readonly [string, unknown] {
  const entries = isFields(matcher) ? Object.entries(matcher) : [];
  const [entry] = entries;
  if (entry === undefined || entries.length !== 1)
    throw new Error(`"${name}" in an event pattern has a matcher that is not one operator with its operand`);
  return entry;
}

/** The test of each operator for one value. A missing field has no values, so no operator matches it. */
const operators: Readonly<Record<string, (operand: unknown) => LeafTest>> = {
  prefix: (operand) => affix('prefix', operand, (text, part) => text.startsWith(part)),
  suffix: (operand) => affix('suffix', operand, (text, part) => text.endsWith(part)),
  'equals-ignore-case': (operand) => textTest(lower(operand), (text, part) => text.toLowerCase() === part),
  wildcard: (operand) => {
    const glob = parseWildcards(asText(operand), '?[]{}');
    return (leaf) => typeof leaf === 'string' && matchesGlob(glob, leaf);
  },
  'anything-but': anythingBut,
  numeric,
};

type TextTest = (text: string, part: string) => boolean;

const textTest =
  (part: string, test: TextTest): LeafTest =>
  (leaf) =>
    typeof leaf === 'string' && test(leaf, part);

/** The test of `prefix` or `suffix`, such as `{"prefix": "a"}` or `{"prefix": {"equals-ignore-case": "a"}}`. */
function affix(operator: string, operand: unknown, test: TextTest): LeafTest {
  if (!isFields(operand)) return textTest(asText(operand), test);
  const [inner, part] = operatorOf(operand, operator);
  if (inner !== 'equals-ignore-case') throw new Error(`"${operator}" knows no "${inner}"`);
  return textTest(lower(part), (text, folded) => test(text.toLowerCase(), folded));
}

/**
 * The test of `anything-but`. Its operand is a list of values, or one of prefix, suffix, equals-ignore-case and
 * wildcard.
 */
function anythingBut(operand: unknown): LeafTest {
  if (!isFields(operand)) {
    const excluded = asList(operand);
    if (!excluded.every(isLeaf)) throw new Error('"anything-but" excludes values');
    return (leaf) => !excluded.includes(leaf);
  }
  const [inner, parts] = operatorOf(operand, 'anything-but');
  const test = operators[inner];
  if (test === undefined || inner === 'anything-but' || inner === 'numeric')
    throw new Error(`"anything-but" knows no "${inner}"`);
  const tests = asList(parts).map((part) => test(part));
  return (leaf) => !tests.some((excluded) => excluded(leaf));
}

/** The test of `numeric`, such as `{"numeric": [">", 0, "<=", 5]}`: each pair of comparison and number must match. */
function numeric(operand: unknown): LeafTest {
  const parts = asList(operand);
  if (parts.length === 0 || parts.length % 2 !== 0) throw new Error('"numeric" takes pairs');
  const tests = Array.from({ length: parts.length / 2 }, (_, pair) =>
    comparison(parts[2 * pair], parts[2 * pair + 1]),
  );
  return (leaf) => typeof leaf === 'number' && tests.every((test) => test(leaf));
}

function comparison(operator: unknown, bound: unknown): (value: number) => boolean {
  const compare = comparisons[String(operator)];
  if (compare === undefined || typeof bound !== 'number')
    throw new Error(`"numeric" knows no ${String(operator)} ${String(bound)}`);
  return (value) => compare(value, bound);
}

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

const leavesOf = (value: unknown): readonly Leaf[] => {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return isLeaf(value) ? [value] : [];
};

const isLeaf = (value: unknown): value is Leaf =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

function asText(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`An event pattern needs a string here: ${String(value)}`);
  return value;
}

const lower = (value: unknown): string => asText(value).toLowerCase();
