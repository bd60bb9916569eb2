import { perText } from '../platform/memoize.ts';
import { type Conditions, type ConditionValue, many, type OneOrMany } from './document.ts';
import { type Operator, operatorNamed } from './operators.ts';
import { contextValues, readPattern, type Variables } from './patterns.ts';
import { both, either, opposite, type Verdict, verdict } from './verdict.ts';

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
export const conditionsMet = (conditions: Conditions | undefined, variables: Variables): Verdict =>
  both(
    Object.entries(conditions ?? {}).flatMap(([operator, block]) =>
      Object.entries(block).map(([key, values]) => keyMet(operatorName(operator), key, values, variables)),
    ),
  );

export const operatorName = perText(100, (name): OperatorName => {
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
): Verdict {
  const given = contextValues(variables.context, key);
  const texts = many(wanted).map(String);
  if (name.base === 'null') return nullMet(name, texts, given === undefined);
  const operator = operatorNamed(name.base);
  if (operator === undefined) return 'unknown';
  if (given === undefined) return missingMet(name, operator);
  const each = given.map((value) => valueMet(operator, texts, value, variables));
  if (name.quantifier === 'any') return either(each);
  return name.quantifier === 'all' || each.length === 1 ? both(each) : 'unknown';
}

function nullMet(name: OperatorName, wanted: readonly string[], missing: boolean): Verdict {
  if (name.ifExists || name.quantifier !== undefined) return 'unknown';
  return verdict(wanted.some((value) => value.toLowerCase() === String(missing)));
}

function missingMet(name: OperatorName, operator: Operator): Verdict {
  if (name.ifExists || name.quantifier === 'all') return 'yes';
  return verdict(operator.negated && name.quantifier === undefined);
}

function valueMet(
  operator: Operator,
  wanted: readonly string[],
  given: string,
  variables: Variables,
): Verdict {
  const matches = either(
    wanted.map((text) => {
      const pattern = readPattern(text, variables);
      const equal = pattern === undefined ? undefined : operator.compare(pattern, given);
      return equal === undefined ? 'unknown' : verdict(equal);
    }),
  );
  if (operator.negated) return opposite(matches);
  return matches === 'unknown' ? 'no' : matches;
}
