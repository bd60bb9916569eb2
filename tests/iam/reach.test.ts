import { describe, expect, it } from '@jest/globals';
import type { Conditions, Statement } from '../../shared/iam/document.ts';
import { createStatementFacts, findGains, reaches, type StatementFacts } from '../../shared/iam/widening.ts';

const allow = (more: Partial<Statement> = {}): Statement => ({
  Effect: 'Allow',
  Principal: { AWS: '111122223333' },
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::logs/*',
  ...more,
});

/** What the facts of the conditions give, without the rest of their keys. */
const gains = (
  before: Conditions | undefined,
  after: Conditions | undefined,
  Effect: 'Allow' | 'Deny' = 'Allow',
) => {
  const factsOf = (Condition: Conditions | undefined) =>
    createStatementFacts(allow({ Effect, ...(Condition && { Condition }) }));
  return [...findGains(factsOf(before), factsOf(after))]
    .map(([key, widening]) => [key.slice(key.lastIndexOf(']') + 1), widening])
    .sort();
};

const equals = (...values: string[]): Conditions => ({ StringEquals: { 'example:key': values } });
const under = (operator: string, ...values: string[]): Conditions => ({
  [operator]: { 'example:key': values },
});

describe('a change of conditions', () => {
  it.each<[string, Conditions | undefined, Conditions | undefined, (readonly [string, string])[]]>([
    ['nothing changes', equals('a'), equals('a'), []],
    ['there were no conditions', undefined, equals('a'), []],
    [
      'all conditions are removed',
      equals('a', 'b'),
      undefined,
      [
        ['a', 'yes'],
        ['b', 'yes'],
      ],
    ],
    ['a value is added', equals('a'), equals('a', 'b'), [['b', 'yes']]],
    ['a value goes', equals('a', 'b'), equals('a'), []],
    ['a negated value is added', under('StringNotEquals', 'a'), under('StringNotEquals', 'a', 'b'), []],
    [
      'a negated value goes',
      under('StringNotEquals', 'a', 'b'),
      under('StringNotEquals', 'a'),
      [['b', 'yes']],
    ],
    ['a negated ARN goes', under('ArnNotLike', 'a', 'b'), under('ArnNotLike', 'a'), [['b', 'yes']]],
    [
      'an excluded address goes',
      under('NotIpAddress', '192.0.2.1', '192.0.2.2'),
      under('NotIpAddress', '192.0.2.1'),
      [['192.0.2.2', 'yes']],
    ],
    [
      'an address is added',
      under('IpAddress', '192.0.2.1'),
      under('IpAddress', '192.0.2.1', '192.0.2.2'),
      [['192.0.2.2', 'yes']],
    ],
    ['an address goes', under('IpAddress', '192.0.2.1', '192.0.2.2'), under('IpAddress', '192.0.2.1'), []],
    ['a pattern covers the new value', under('StringLike', 'a*'), under('StringLike', 'ab'), []],
    [
      'a pattern does not cover the new value',
      under('StringLike', 'a*'),
      under('StringLike', 'b*'),
      [['b*', 'yes']],
    ],
    ['an operator knows no patterns', equals('a*'), equals('ab'), [['ab', 'yes']]],
    [
      'a pattern of ARNs covers the new one',
      under('ArnEquals', 'arn:aws:s3:::*'),
      under('ArnEquals', 'arn:aws:s3:::logs'),
      [],
    ],
    [
      'a pattern would cross a segment of an ARN',
      under('ArnLike', 'arn:*'),
      under('ArnLike', 'arn:aws:s3:::logs'),
      [['arn:aws:s3:::logs', 'yes']],
    ],
    ['the list gets empty', equals('a'), equals(), []],
    ['the list was empty', equals(), equals('a'), [['a', 'yes']]],
    [
      'a number changes',
      under('NumericLessThan', '1'),
      under('NumericLessThan', '2'),
      [
        ['1', 'maybe'],
        ['2', 'maybe'],
      ],
    ],
    [
      'a number is added',
      under('NumericLessThan', '1'),
      under('NumericLessThan', '1', '2'),
      [['2', 'maybe']],
    ],
    [
      'a date goes',
      under('DateLessThan', '2026', '2027'),
      under('DateLessThan', '2026'),
      [['2027', 'maybe']],
    ],
    [
      'IfExists is added',
      equals('a'),
      under('StringEqualsIfExists', 'a'),
      [
        ['a', 'yes'],
        ['a', 'yes'],
      ],
    ],
    ['IfExists goes', under('StringEqualsIfExists', 'a'), equals('a'), []],
    [
      'IfExists goes beside another value',
      under('StringEqualsIfExists', 'a'),
      equals('b'),
      [
        ['a', 'maybe'],
        ['b', 'maybe'],
      ],
    ],
    ['IfExists goes and values change places', under('StringEqualsIfExists', 'a', 'b'), equals('b', 'a'), []],
    [
      'the operator is another one',
      equals('a'),
      under('StringLike', 'a'),
      [
        ['a', 'maybe'],
        ['a', 'maybe'],
      ],
    ],
    [
      'a value is added under ForAnyValue and IfExists',
      under('ForAnyValue:StringEqualsIfExists', 'a'),
      under('ForAnyValue:StringEqualsIfExists', 'a', 'b'),
      [['b', 'yes']],
    ],
    [
      'one key of two goes',
      { StringEquals: { 'example:key': 'a', 'example:other': 'b' } },
      equals('a'),
      [['b', 'yes']],
    ],
    [
      'one operator of two goes',
      { ...equals('a'), Bool: { 'example:secure': 'true' } },
      equals('a'),
      [['true', 'yes']],
    ],
    [
      'a value goes and AWS has no such operator',
      under('NotIpAddressX', '1', '2'),
      under('NotIpAddressX', '1'),
      [['2', 'maybe']],
    ],
    [
      'a value goes and AWS has no such positive operator',
      under('IpAddressX', '1', '2'),
      under('IpAddressX', '1'),
      [['2', 'maybe']],
    ],
    ['a key is added', equals('a'), { ...equals('a'), Bool: { 'example:secure': 'true' } }, []],
    ['another key takes its place', equals('a'), { StringEquals: { 'example:other': 'a' } }, [['a', 'yes']]],
    [
      'the operator changes and the key is spelled otherwise',
      equals('a'),
      { StringLike: { 'EXAMPLE:KEY': 'a' } },
      [
        ['a', 'maybe'],
        ['a', 'maybe'],
      ],
    ],
  ])('widens by the expected values when %s', (_, before, after, expected) => {
    expect(gains(before, after)).toEqual(expected);
  });

  it('widens by the opposite values when the statement denies', () => {
    expect(gains(undefined, equals('a'), 'Deny')).toEqual([['a', 'yes']]);
    expect(gains(equals('a'), undefined, 'Deny')).toEqual([]);
  });
});

describe('reaches', () => {
  it.each<[string, Partial<Statement>, Partial<Statement>]>([
    ['both are equal', {}, {}],
    ['only the effect or the Sid differs', { Sid: 'One' }, { Sid: 'Other', Effect: 'Deny' }],
    ['the outer one is for everybody', { Principal: { AWS: '*' } }, {}],
    ['the outer one is public', { Principal: '*' }, {}],
    ['the outer one has no principal', { Principal: undefined }, {}],
    ['the outer one has no resource', { Resource: undefined }, {}],
    ['a wildcard covers the action', { Action: 's3:Get*' }, {}],
    ['letter case differs', { Action: 'S3:GETOBJECT' }, {}],
    ['the inner one has a condition more', {}, { Condition: equals('a') }],
    [
      'the outer one excludes less',
      { Action: undefined, NotAction: 'a:B' },
      { Action: undefined, NotAction: ['a:*', 'c:D'] },
    ],
    ['the inner one lists what the outer one does not exclude', { Action: undefined, NotAction: 'a:B' }, {}],
    ['the inner one excludes everything', {}, { Action: undefined, NotAction: '*' }],
  ] as never)('finds that one statement covers another when %s', (_, outer, inner) => {
    expect(reaches(clean(outer), clean(inner))).toBe(true);
  });

  it.each<[string, Partial<Statement>, Partial<Statement>]>([
    ['the inner one has an action more', {}, { Action: ['s3:GetObject', 's3:PutObject'] }],
    ['the inner one has an account more', {}, { Principal: { AWS: ['111122223333', '222233334444'] } }],
    ['the inner one is for everybody', {}, { Principal: { AWS: '*' } }],
    [
      'one is public and the other is for every AWS principal',
      { Principal: { AWS: '*' } },
      { Principal: '*' },
    ],
    [
      'one is for every AWS principal and the other is public',
      { Principal: '*' },
      { Principal: { AWS: '*' } },
    ],
    [
      'the inner one is for a service',
      { Principal: { AWS: '*' } },
      { Principal: { Service: 'x.amazonaws.com' } },
    ],
    ['the inner one has no resource', {}, { Resource: undefined }],
    ['the outer one has a condition more', { Condition: equals('a') }, {}],
    [
      'the inner one excludes less',
      { Action: undefined, NotAction: ['a:B', 'c:D'] },
      { Action: undefined, NotAction: 'a:B' },
    ],
    ['the inner one excludes and the outer one lists', {}, { Action: undefined, NotAction: 'a:B' }],
    ['the inner one lists what the outer one excludes', { Action: undefined, NotAction: 's3:*' }, {}],
    [
      'the inner one lists a pattern that may be excluded',
      { Action: undefined, NotAction: 'a:B' },
      { Action: 's3:*' },
    ],
    [
      'the inner one lists a pattern of one character',
      { Action: undefined, NotAction: 'a:B' },
      { Action: 's3:?' },
    ],
    [
      'a resource has a variable',
      { Resource: undefined, NotResource: 'a' },
      { Resource: 'arn:aws:s3:::${x}' },
    ],
    ['an excluded account is listed', { Principal: undefined, NotPrincipal: { AWS: '111122223333' } }, {}],
  ] as never)('finds that one statement does not cover another when %s', (_, outer, inner) => {
    expect(reaches(clean(outer), clean(inner))).toBe(false);
  });
});

/** The statement without the elements that are undefined. */
const clean = (more: Partial<Statement>): StatementFacts =>
  createStatementFacts(JSON.parse(JSON.stringify(allow(more))));
