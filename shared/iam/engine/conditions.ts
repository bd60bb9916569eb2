import { type Conditions, type ConditionValue, type OneOrMany, toArray } from '../document.ts';
import type { ContextEntry, RequestContext } from './context-entry.ts';
import { type OperatorName, parseOperatorName } from './operator-name.ts';
import { findOperator, type Operator } from './operators.ts';
import { createTemplate, type Template } from './templates.ts';
import { toBoolean } from './values.ts';
import {
  createUnknown,
  everyVerdict,
  negateVerdict,
  someVerdict,
  toVerdict,
  type Verdict,
} from './verdict.ts';
import { toLiteralTokens, toTextTokens } from './wildcards.ts';

/** A function that tests one condition key under one operator. */
export type Requirement = (context: RequestContext) => Verdict;

/** Converts a `Condition` to functions that test requests. A request must satisfy all of them. */
export const createRequirements = (
  conditions: Conditions | undefined,
  withVariables: boolean,
): readonly Requirement[] =>
  Object.entries(conditions ?? {}).flatMap(([operator, block]) =>
    Object.entries(block).map(([key, values]) => createRequirement(operator, key, values, withVariables)),
  );

export const meetsAll = (requirements: readonly Requirement[], context: RequestContext): Verdict =>
  everyVerdict(requirements, (requirement) => requirement(context));

function createRequirement(
  written: string,
  key: string,
  values: OneOrMany<ConditionValue>,
  withVariables: boolean,
): Requirement {
  const name = parseOperatorName(written);
  const texts = toArray(values).map(String);
  if (name.base === 'null') return createNullRequirement(written, name, key, texts);
  const operator = findOperator(name.base);
  if (operator === undefined) return () => createUnknown('element', written);
  const wanted = texts.map((text) =>
    createTemplate(
      text,
      withVariables && operator.variables,
      operator.wildcards ? toTextTokens : toLiteralTokens,
    ),
  );
  const rule: Rule = { written, name, key, operator, wanted };
  const lowerKey = key.toLowerCase();
  return (context) => judgeEntry(rule, context.get(lowerKey), context);
}

interface Rule {
  readonly written: string;
  readonly name: OperatorName;
  readonly key: string;
  readonly operator: Operator;
  readonly wanted: readonly Template[];
}

/**
 * Whether a request satisfies one condition.
 *
 * - A missing key does not satisfy it. Exceptions: negated operators, `…IfExists` and `ForAllValues:`. `ForAnyValue:`
 * is never satisfied by a missing key, even if negated.
 * - For a key with several values, AWS documents only `ForAllValues:` and `ForAnyValue:`. Without them the result is
 * unknown. It is also unknown for a value that the operator cannot read.
 * - A variable without a value equals nothing.
 *
 * Sources: "IAM JSON policy elements: Condition operators", "Set operators for multivalued context keys", "IAM policy
 * elements: Variables and tags" (policy variables with no value).
 */
function judgeEntry(rule: Rule, entry: ContextEntry, context: RequestContext): Verdict {
  if (entry === 'absent') return judgeMissing(rule);
  if (typeof entry === 'string') return judgeUnknown(rule, entry);
  const { quantifier } = rule.name;
  if (quantifier === 'any')
    return isNullSet(entry) ? 'no' : someVerdict(entry, (value) => judgeValue(rule, value, context));
  if (quantifier === 'all')
    return isNullSet(entry) ? 'yes' : everyVerdict(entry, (value) => judgeValue(rule, value, context));
  const [value, ...others] = entry;
  if (value === undefined || others.length > 0 || multivaluedKeys.has(rule.key.toLowerCase()))
    return createUnknown('element', rule.written);
  return judgeValue(rule, value, context);
}

/** Whether a key counts as missing: "A null data set, such as an empty string". */
const isNullSet = (values: readonly string[]): boolean => values.every((value) => value === '');

/**
 * Keys that may have several values in one request: "You must use the ForAnyValue or ForAllValues set operators" ("AWS
 * global condition context keys").
 */
const multivaluedKeys: ReadonlySet<string> = new Set([
  'aws:principalorgpaths',
  'aws:resourceorgpaths',
  'aws:sourceorgpaths',
  'aws:vpceorgpaths',
  'aws:principalservicenameslist',
  'aws:calledvia',
  'aws:tagkeys',
]);

function judgeMissing({ name, operator }: Rule): Verdict {
  if (name.ifExists || name.quantifier === 'all') return 'yes';
  return toVerdict(operator.negated && name.quantifier === undefined);
}

/**
 * The result for a key whose value is unknown. It is still certain if the operator gives the same result for every
 * value.
 */
function judgeUnknown(rule: Rule, entry: 'unknown' | 'some'): Verdict {
  const anyValue = judgeAnyValue(rule);
  if (anyValue !== undefined && (entry === 'some' || anyValue === judgeMissing(rule))) return anyValue;
  return createUnknown('key', rule.key);
}

/**
 * The result, if it is the same for every value of the key. Example: `StringLike` with `*` matches any value.
 * `undefined` if it depends on the value.
 */
function judgeAnyValue({ name, operator, wanted }: Rule): Verdict | undefined {
  const takesAll = /^string(not)?like$/.test(name.base) && wanted.some(({ text }) => /^\*+$/.test(text));
  return takesAll ? toVerdict(!operator.negated) : undefined;
}

function judgeValue({ operator, wanted, written }: Rule, given: string, context: RequestContext): Verdict {
  const matches = someVerdict(wanted, (template) => {
    const resolved = template.resolve(context);
    if (resolved === undefined) return 'no';
    if ('unknown' in resolved) return resolved;
    const equal = operator.compare(resolved, given);
    return equal === undefined ? createUnknown('element', written) : toVerdict(equal);
  });
  return operator.negated ? negateVerdict(matches) : matches;
}

/** Tests the operator `Null`. It has no set operator and no `IfExists`, and its values are `true` and `false`. */
function createNullRequirement(
  written: string,
  name: OperatorName,
  key: string,
  texts: readonly string[],
): Requirement {
  const wanted = texts.map(toBoolean);
  if (name.ifExists || name.quantifier !== undefined || wanted.includes(undefined))
    return () => createUnknown('element', written);
  const lowerKey = key.toLowerCase();
  return (context) => {
    const entry = context.get(lowerKey);
    if (entry === 'unknown') return createUnknown('key', key);
    return toVerdict(wanted.includes(entry === 'absent'));
  };
}
