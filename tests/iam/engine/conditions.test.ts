import { describe, expect, it } from '@jest/globals';
import type { Conditions } from '../../../shared/iam/document.ts';
import { createRequirements, meetsAll } from '../../../shared/iam/engine/conditions.ts';
import type { ContextEntry } from '../../../shared/iam/engine/context-entry.ts';

const entries: Readonly<Record<string, ContextEntry>> = {
  'example:one': ['a'],
  'example:two': ['a', 'b'],
  'example:empty': [''],
  'example:hidden': 'unknown',
  'example:some': 'some',
};

const judge = (conditions: Conditions | undefined) => {
  const verdict = meetsAll(createRequirements(conditions, true), {
    get: (key) => entries[key] ?? 'absent',
  });
  return typeof verdict === 'string' ? verdict : 'unknown';
};

const met = (operator: string, key: string, values: string | readonly string[]) =>
  judge({ [operator]: { [key]: values } });

describe('createRequirements', () => {
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
    ['NumericEquals', 'example:one', 'a', 'unknown'],
    ['NumericNotEquals', 'example:one', 'a', 'unknown'],
    ['StringEquals', 'example:one', '${example:none}', 'no'],
    ['StringEquals', 'example:one', ['${example:none}', 'a'], 'yes'],
    ['StringNotEquals', 'example:one', '${example:none}', 'yes'],
    ['StringEquals', 'example:one', '${example:hidden}', 'unknown'],
    ['StringNotEquals', 'example:one', '${example:hidden}', 'unknown'],
    ['StringEquals', 'example:one', ['a', '${example:hidden}'], 'yes'],
    ['StringEquals', 'example:hidden', 'a', 'unknown'],
    ['StringNotEquals', 'example:hidden', 'a', 'unknown'],
    ['StringEqualsIfExists', 'example:hidden', 'a', 'unknown'],
    ['ForAllValues:StringEquals', 'example:hidden', 'a', 'unknown'],
    ['StringLike', 'example:hidden', '*', 'unknown'],
    ['StringLikeIfExists', 'example:hidden', '*', 'yes'],
    ['ForAllValues:StringLike', 'example:hidden', '*', 'yes'],
    ['StringLike', 'example:some', '*', 'yes'],
    ['StringNotLike', 'example:some', '*', 'no'],
    ['StringEquals', 'example:some', '*', 'unknown'],
    ['Null', 'example:hidden', 'true', 'unknown'],
    ['Null', 'example:some', 'true', 'no'],
    ['Null', 'example:some', 'false', 'yes'],
    ['Null', 'example:some', 'perhaps', 'unknown'],
    ['ForAllValues:StringEquals', 'example:empty', 'a', 'yes'],
    ['ForAllValues:StringNotEquals', 'example:empty', '', 'yes'],
    ['ForAnyValue:StringEquals', 'example:empty', '', 'no'],
    ['StringEquals', 'example:empty', '', 'yes'],
    ['NumericEquals', 'example:one', '${example:none}', 'unknown'],
    ['StringNotEquals', 'example:one', ['${example:none}', 'a'], 'no'],
  ])('evaluates the condition %s %s %p with the result %s', (operator, key, values, expected) => {
    expect(met(operator, key, values)).toBe(expected);
  });

  it('requires every operator and every key when a condition has several', () => {
    const one = { 'example:one': 'a' };

    expect(judge(undefined)).toBe('yes');
    expect(judge({})).toBe('yes');
    expect(judge({ StringEquals: one, StringLike: { 'example:one': '?' } })).toBe('yes');
    expect(judge({ StringEquals: one, StringLike: { 'example:one': 'b' } })).toBe('no');
    expect(judge({ StringEquals: { ...one, 'example:gone': 'a' } })).toBe('no');
    expect(judge({ StringMatches: one, StringEquals: { 'example:one': 'b' } })).toBe('no');
    expect(judge({ StringMatches: one, StringEquals: one })).toBe('unknown');
  });
});
