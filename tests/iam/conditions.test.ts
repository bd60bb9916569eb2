import { describe, expect, it } from '@jest/globals';
import { evaluateConditions, parseOperatorName } from '../../shared/iam/conditions.ts';
import type { RequestContext } from '../../shared/iam/patterns.ts';

const context: RequestContext = {
  'example:one': 'a',
  'example:two': ['a', 'b'],
  'example:none': [],
};

const met = (operator: string, key: string, values: string | readonly string[]) =>
  evaluateConditions({ [operator]: { [key]: values } }, { enabled: true, context });

describe('conditionsMet', () => {
  it.each([
    ['StringEquals', 'example:one', 'a', 'yes'],
    ['StringEquals', 'example:one', ['b', 'a'], 'yes'],
    ['StringEquals', 'example:one', 'b', 'no'],
    ['StringEquals', 'example:one', [], 'no'],
    ['StringEquals', 'example:two', ['a', 'b'], 'unknown'],
    ['StringEquals', 'example:none', 'a', 'no'],
    ['StringNotEquals', 'example:one', 'b', 'yes'],
    ['StringNotEquals', 'example:one', 'a', 'no'],
    ['StringNotEquals', 'example:two', 'c', 'unknown'],
    ['StringNotEquals', 'example:none', 'a', 'yes'],
    ['ForAllValues:StringEquals', 'example:two', ['a', 'b'], 'yes'],
    ['ForAllValues:StringEquals', 'example:two', 'a', 'no'],
    ['ForAllValues:StringEquals', 'example:none', 'a', 'yes'],
    ['ForAllValues:StringNotEquals', 'example:two', 'c', 'yes'],
    ['ForAllValues:StringNotEquals', 'example:none', 'a', 'yes'],
    ['ForAnyValue:StringEquals', 'example:two', 'b', 'yes'],
    ['ForAnyValue:StringEquals', 'example:two', 'c', 'no'],
    ['ForAnyValue:StringEquals', 'example:none', 'a', 'no'],
    ['ForAnyValue:StringNotEquals', 'example:two', 'a', 'yes'],
    ['ForAnyValue:StringNotEquals', 'example:two', ['a', 'b'], 'no'],
    ['ForAnyValue:StringNotEquals', 'example:none', 'a', 'no'],
    ['StringEqualsIfExists', 'example:none', 'a', 'yes'],
    ['StringEqualsIfExists', 'example:one', 'b', 'no'],
    ['ForAnyValue:StringEqualsIfExists', 'example:none', 'a', 'yes'],
    ['Null', 'example:none', 'true', 'yes'],
    ['Null', 'example:none', 'false', 'no'],
    ['Null', 'example:one', 'False', 'yes'],
    ['Null', 'example:one', 'true', 'no'],
    ['Null', 'example:one', ['true', 'false'], 'yes'],
    ['NullIfExists', 'example:none', 'true', 'unknown'],
    ['ForAllValues:Null', 'example:none', 'true', 'unknown'],
    ['ForAnyValue:Null', 'example:none', 'true', 'unknown'],
    ['StringMatches', 'example:one', 'a', 'unknown'],
    ['NumericEquals', 'example:one', 'a', 'no'],
    ['NumericNotEquals', 'example:one', 'a', 'unknown'],
    ['StringEquals', 'example:one', '${example:none}', 'no'],
    ['StringEquals', 'example:one', ['${example:none}', 'a'], 'yes'],
    ['StringNotEquals', 'example:one', '${example:none}', 'unknown'],
    ['StringNotEquals', 'example:one', ['${example:none}', 'a'], 'no'],
  ])('judges %s %s %p with %s', (operator, key, values, expected) => {
    expect(met(operator, key, values)).toBe(expected);
  });

  it('wants every operator and every key when there are several', () => {
    const variables = { enabled: true, context };
    const one = { 'example:one': 'a' };

    expect(evaluateConditions(undefined, variables)).toBe('yes');
    expect(evaluateConditions({}, variables)).toBe('yes');
    expect(evaluateConditions({ StringEquals: one, StringLike: { 'example:one': '?' } }, variables)).toBe(
      'yes',
    );
    expect(evaluateConditions({ StringEquals: one, StringLike: { 'example:one': 'b' } }, variables)).toBe(
      'no',
    );
    expect(evaluateConditions({ StringEquals: { ...one, 'example:gone': 'a' } }, variables)).toBe('no');
    expect(evaluateConditions({ StringMatches: one, StringEquals: { 'example:one': 'b' } }, variables)).toBe(
      'no',
    );
    expect(evaluateConditions({ StringMatches: one, StringEquals: one }, variables)).toBe('unknown');
  });
});

describe('operatorName', () => {
  it.each([
    ['StringEquals', 'stringequals', undefined, false],
    ['StringEqualsIfExists', 'stringequals', undefined, true],
    ['ForAllValues:StringLike', 'stringlike', 'all', false],
    ['FORANYVALUE:ArnLikeIFEXISTS', 'arnlike', 'any', true],
    ['ForSomeValues:StringLike', 'forsomevalues:stringlike', undefined, false],
    ['xForAllValues:StringLike', 'xforallvalues:stringlike', undefined, false],
    ['IfExistsString', 'ifexistsstring', undefined, false],
    ['', '', undefined, false],
  ])('takes %p apart', (name, base, quantifier, ifExists) => {
    expect(parseOperatorName(name)).toEqual({ base, quantifier, ifExists });
  });
});
