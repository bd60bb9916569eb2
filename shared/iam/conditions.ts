import { memoizeByString } from '../platform/memoize.ts';
import { type Conditions, type ConditionValue, type OneOrMany, toArray } from './document.ts';
import { findOperator, type Operator } from './operators.ts';
import { getContextValues, parsePattern, type Variables } from './patterns.ts';
import { everyTernary, negateTernary, someTernary, type Ternary, toTernary } from './ternary.ts';

/** How an operator's name is made up. */
export interface OperatorName {
  /** In lower case, without prefix and suffix. */
  readonly base: string;
  readonly quantifier: 'all' | 'any' | undefined;
  readonly ifExists: boolean;
}

/**
 * Whether a request meets a `Condition`: every operator, every key of it, one of the key's values.
 *
 * A missing key fails, but passes a negated operator, `…IfExists` and `ForAllValues:`; `ForAnyValue:` fails even
 * when negated. A key with several values needs `ForAllValues:` or `ForAnyValue:`; without it we do not know what
 * the service does. A variable without a value equals nothing: a positive operator fails, a negated one is
 * unknown.
 *
 * Sources: "IAM JSON policy elements: Condition operators", "Conditions with multiple context keys or values",
 * "Single-valued vs. multivalued context keys".
 */
export const evaluateConditions = (conditions: Conditions | undefined, variables: Variables): Ternary =>
  everyTernary(
    Object.entries(conditions ?? {}).flatMap(([operator, block]) =>
      Object.entries(block).map(([key, values]) =>
        keyMet(parseOperatorName(operator), key, values, variables),
      ),
    ),
  );

export const parseOperatorName = memoizeByString(100, (name): OperatorName => {
  const [, quantifier, base = '', ifExists] =
    /^(?:(forallvalues|foranyvalue):)?(.*?)(ifexists)?$/.exec(name.toLowerCase()) ?? [];
  const quantifiers = { forallvalues: 'all', foranyvalue: 'any' } as const;
  return {
    base,
    quantifier: quantifiers[quantifier as keyof typeof quantifiers],
    ifExists: ifExists !== undefined,
  };
});

function keyMet(
  name: OperatorName,
  key: string,
  wanted: OneOrMany<ConditionValue>,
  variables: Variables,
): Ternary {
  const given = getContextValues(variables.context, key);
  const texts = toArray(wanted).map(String);
  if (name.base === 'null') return nullMet(name, texts, given === undefined);
  const operator = findOperator(name.base);
  if (operator === undefined) return 'unknown';
  if (given === undefined) return missingMet(name, operator);
  const each = given.map((value) => valueMet(operator, texts, value, variables));
  if (name.quantifier === 'any') return someTernary(each);
  return name.quantifier === 'all' || each.length === 1 ? everyTernary(each) : 'unknown';
}

function nullMet(name: OperatorName, wanted: readonly string[], missing: boolean): Ternary {
  if (name.ifExists || name.quantifier !== undefined) return 'unknown';
  return toTernary(wanted.some((value) => value.toLowerCase() === String(missing)));
}

function missingMet(name: OperatorName, operator: Operator): Ternary {
  if (name.ifExists || name.quantifier === 'all') return 'yes';
  return toTernary(operator.negated && name.quantifier === undefined);
}

function valueMet(
  operator: Operator,
  wanted: readonly string[],
  given: string,
  variables: Variables,
): Ternary {
  const matches = someTernary(
    wanted.map((text) => {
      const pattern = parsePattern(text, variables);
      const equal = pattern === undefined ? undefined : operator.compare(pattern, given);
      return equal === undefined ? 'unknown' : toTernary(equal);
    }),
  );
  if (operator.negated) return negateTernary(matches);
  return matches === 'unknown' ? 'no' : matches;
}
