import { describe, expect, it } from '@jest/globals';
import { findOperator } from '../../../shared/iam/engine/operators.ts';
import { createTemplate } from '../../../shared/iam/engine/templates.ts';
import { toLiteralTokens } from '../../../shared/iam/engine/wildcards.ts';

/** What the operator says of a value of the policy and a value of the request; undefined when it cannot judge them. */
const compare = (operator: string, wanted: string, given: string): boolean | undefined =>
  findOperator(operator.toLowerCase())?.compare(resolve(wanted), given);

const resolve = (text: string) => {
  const resolved = createTemplate(text, false, toLiteralTokens).resolve({ get: () => 'absent' });
  if (resolved === undefined || 'unknown' in resolved) throw new Error(`${text} has a variable`);
  return resolved;
};

describe('IpAddress', () => {
  it.each([
    ['0.0.0.0/0', '255.255.255.255'],
    ['10.0.0.0/8', '10.255.0.1'],
    ['10.20.0.0/9', '10.127.255.255'],
    ['192.0.2.0/10', '192.63.0.1'],
    ['192.0.2.0/19', '192.0.31.255'],
    ['192.0.2.0/29', '192.0.2.7'],
    ['192.0.2.0/30', '192.0.2.3'],
    ['192.0.2.7/32', '192.0.2.7'],
    ['192.0.2.7', '192.0.2.7'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['2001:DB8:1234:5678::/64', '2001:db8:1234:5678:9abc::1'],
    ['2001:db8::/32', '2001:0db8:ffff::'],
    ['::/0', '2001:db8::1'],
    ['::ffff:192.0.2.0/120', '::ffff:192.0.2.7'],
    ['2001:db8::1/128', '2001:db8:0:0:0:0:0:1'],
    ['2001:db8::1', '2001:db8::1'],
  ])('matches when the IP range %s contains %s', (range, address) => {
    expect(compare('IpAddress', range, address)).toBe(true);
  });

  it.each([
    ['10.0.0.0/8', '11.0.0.0'],
    ['10.0.0.0/9', '10.128.0.0'],
    ['192.0.2.0/29', '192.0.2.8'],
    ['192.0.2.0/30', '192.0.2.4'],
    ['192.0.2.7/32', '192.0.2.6'],
    ['192.0.2.7', '192.0.2.8'],
    ['1.2.3.4', '4.3.2.1'],
    ['1.0.0.0', '0.1.0.0'],
    ['192.0.2.0/24', '2001:db8::1'],
    ['0.0.0.0/0', '::1'],
    ['2001:db8::/32', '192.0.2.0'],
    ['2001:db8::/32', '2001:db9::1'],
    ['2001:db8:1234:5678::/64', '2001:db8:1234:5679::1'],
    ['2001:db8::/33', '2001:db8:8000::'],
    ['2001:db8::1', '2001:db9::1'],
  ])('does not match when the IP range %s does not contain %s', (range, address) => {
    expect(compare('IpAddress', range, address)).toBe(false);
  });

  it.each([
    ['192.0.2.0/33', '192.0.2.0'],
    ['192.0.2.0/40', '192.0.2.0'],
    ['192.0.2.0/99', '192.0.2.0'],
    ['192.0.2.0/124', '192.0.2.0'],
    ['192.0.2.0/x4', '192.0.2.0'],
    ['192.0.2.0/2x', '192.0.2.0'],
    ['192.0.2.0/x', '192.0.2.0'],
    ['192.0.2.0/-1', '192.0.2.0'],
    ['192.0.2.0/', '192.0.2.0'],
    ['256.0.2.0/24', '255.0.2.0'],
    ['192.0.2/24', '192.0.2.0'],
    ['192.0.2.0.0/24', '192.0.2.0'],
    ['192.0..0/24', '192.0.0.0'],
    ['192.0.0002.0/24', '192.0.2.0'],
    ['192.0.x2.0/24', '192.0.2.0'],
    ['192.0.2x.0/24', '192.0.2.0'],
    ['192.0.2.0/24', '192.0.2.256'],
    ['192.0.2.0/24', '192.0.2'],
    ['192.0.2.0/24', '192.0.2.0.1'],
    ['192.0.2.0/24', '192.0.2.x'],
    ['192.0.2.0/24/1', '192.0.2.0'],
    ['192.0.2.0/08', '192.0.2.0'],
    ['2001:db8::/129', '2001:db8::1'],
    ['2001:db8::1::/64', '2001:db8::1'],
    ['2001:db8:1:2:3:4:5:6:7/64', '2001:db8::1'],
    ['2001:db8/32', '2001:db8::1'],
    ['2001:db8::12345/64', '2001:db8::1'],
    ['2001:db8:1:2:3:4:5::6/64', '2001:db8::1'],
    ['2001:db8::/32', '2001:db8::g'],
    // The documented default of /32 and the address alone differ here.
    ['2001:db8::1', '2001:db8::2'],
    ['', '192.0.2.0'],
  ])('returns neither match nor mismatch when the IP range is %s and the address is %s', (range, address) => {
    expect(compare('IpAddress', range, address)).toBeUndefined();
  });
});

describe('operators that measure', () => {
  it.each([
    ['Equals', [false, true, false]],
    ['LessThan', [true, false, false]],
    ['LessThanEquals', [true, true, false]],
    ['GreaterThan', [false, false, true]],
    ['GreaterThanEquals', [false, true, true]],
  ])('compares a lower, an equal and a greater value when the operator is %s', (suffix, expected) => {
    expect(['9', '10', '11'].map((given) => compare(`Numeric${suffix}`, '10', given))).toEqual(expected);
    const days = ['2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z'];
    expect(days.map((given) => compare(`Date${suffix}`, '2026-03-02', given))).toEqual(expected);
  });

  it('compares as the positive operator does when the operator is negated, because its caller inverts the result', () => {
    for (const [operator, value] of [
      ['NumericNotEquals', '10'],
      ['DateNotEquals', '2026-03-02'],
    ] as const) {
      expect(findOperator(operator.toLowerCase())?.negated).toBe(true);
      expect(compare(operator, value, value)).toBe(true);
    }
    expect(compare('NumericNotEquals', '10', '11')).toBe(false);
    expect(compare('DateNotEquals', '2026-03-02', '2026-03-03')).toBe(false);
  });

  it.each([
    ['NumericEquals', '', '0'],
    ['NumericEquals', '0', ''],
    ['NumericEquals', ' ', '0'],
    ['NumericLessThan', 'ten', '9'],
    ['NumericLessThan', '10', 'nine'],
    ['DateLessThan', 'soon', '2026-03-02'],
    ['DateLessThan', '2026-03-02', 'soon'],
    ['NumericEquals', '0x10', '16'],
    ['NumericLessThan', 'Infinity', '1'],
    ['NumericEquals', '1e3', '1000'],
    ['NumericEquals', ' 10', '10'],
    ['NumericEquals', '10.', '10'],
    ['DateLessThan', 'May 1', '2026-03-02'],
    ['DateLessThan', '2026-13-01', '2026-03-02'],
    ['DateLessThan', '2026-02-29', '2026-03-02'],
    ['DateLessThan', '2026-03-02T09:30:00', '2026-03-02'],
    ['DateLessThan', '2026-03-02T24:00Z', '2026-03-02'],
    ['DateLessThan', '2026-03-02T09:60Z', '2026-03-02'],
    ['DateLessThan', '2026-03-02T09:30:61Z', '2026-03-02'],
    ['DateLessThan', '2026-03-02T09:30+24:00', '2026-03-02'],
    ['DateLessThan', '2026-3-2', '2026-03-02'],
    ['DateLessThan', '-5', '2026-03-02'],
  ])(
    'returns neither match nor mismatch when the operator %s compares %p and %p',
    (operator, wanted, given) => {
      expect(compare(operator, wanted, given)).toBeUndefined();
    },
  );

  it.each([
    ['1772409600', '2026-03-02T00:00:00Z', true],
    ['10000', '1970-01-01T02:46:40Z', true],
    ['2026', '2026-01-01T00:00:00Z', true],
    ['1772409600', '2026-03-02T00:00:01Z', false],
    ['2026-03-02T00:00:00Z', '1772409600', true],
    ['2026-03', '2026-03-01T00:00Z', true],
    ['2024-02-29', '2024-02-29T00:00:00.000Z', true],
    ['2026-03-02T01:30+01:30', '2026-03-02T00:00:00Z', true],
    ['2026-03-01T19:00:00.5-05:00', '1772409600.5', true],
  ])('compares the instants %s and %s with the result %s', (wanted, given, expected) => {
    expect(compare('DateEquals', wanted, given)).toBe(expected);
  });

  it.each(['2026-03-02x12345', '12345x', 'x12345'])('reads no date when the text is %s', (text) => {
    expect(compare('DateEquals', text, '12345')).not.toBe(true);
  });
});

describe('Bool', () => {
  it.each([
    ['true', 'TRUE', true],
    ['False', 'false', true],
    ['true', 'false', false],
    ['false', 'true', false],
    ['yes', 'yes', undefined],
    ['true', 'yes', undefined],
    ['yes', 'true', undefined],
  ])('compares the Boolean values %s and %s with the result %s', (wanted, given, expected) => {
    expect(compare('Bool', wanted, given)).toBe(expected);
  });
});

describe('findOperator', () => {
  it.each([
    'StringNotEquals',
    'StringNotEqualsIgnoreCase',
    'StringNotLike',
    'ArnNotEquals',
    'ArnNotLike',
    'NotIpAddress',
  ])('returns a negated operator for the name %s', (name) => {
    expect(findOperator(name.toLowerCase())?.negated).toBe(true);
  });

  it.each([
    'StringEquals',
    'StringEqualsIgnoreCase',
    'StringLike',
    'ArnEquals',
    'ArnLike',
    'BinaryEquals',
    'IpAddress',
  ])('returns a positive operator for the name %s', (name) => {
    expect(findOperator(name.toLowerCase())?.negated).toBe(false);
  });

  it('returns no operator when AWS does not document the name', () => {
    expect(findOperator('stringmatches')).toBeUndefined();
    expect(findOperator('null')).toBeUndefined();
  });
});
