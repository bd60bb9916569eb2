import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findJsonLosses } from '../../shared/iam/lossless.ts';

const pathsOf = (text: string): readonly string[] => findJsonLosses(text).map(({ path }) => path);

const inCondition = (operator: string, value: string): string =>
  `{"Statement":[{"Condition":{"${operator}":{"example:key":${value}}}}]}`;

const conditionPath = (operator: string): string => `Statement[0].Condition.${operator}.example:key`;

describe('losses', () => {
  it.each([
    ['in the document', '{"Id":"a","Id":"b"}', 'Id'],
    ['with equal values', '{"Id":"a","Id":"a"}', 'Id'],
    ['in a statement', '{"Statement":[{},{"Action":"a","Action":["b"]}]}', 'Statement[1].Action'],
    ['in a single statement', '{"Statement":{"Effect":"Allow","Effect":"Deny"}}', 'Statement.Effect'],
    ['in a condition', inCondition('Bool', '"a","example:key":"b"'), conditionPath('Bool')],
    ['that an escape sequence hides', '{"Action":1,"\\u0041ction":2}', 'Action'],
    ['in an object of a list of lists', '[[1,{"a":1,"b":2,"a":3}]]', '[0][1].a'],
    ['that are empty', '{"":1,"":2}', ''],
    ['that every object has in JavaScript', '{"toString":1,"toString":2}', 'toString'],
  ])('names the key when it appears twice: %s', (_, text, path) => {
    expect(findJsonLosses(text)).toEqual([{ path, message: expect.stringContaining('more than once') }]);
  });

  it('names a key once for each repetition when it appears three times', () => {
    expect(pathsOf('{"a":1,"a":2,"a":3}')).toEqual(['a', 'a']);
  });

  it('accepts the same key in two objects', () => {
    expect(findJsonLosses('{"a":{"b":1,"c":{"b":2}},"d":{"b":3},"b":4}')).toEqual([]);
  });

  it.each([
    '1e400',
    '-1e400',
    '9007199254740993',
    '12345678901234567890',
    '1e16',
    '0.1000000000000000055',
    '1e-400',
    '-0',
    '-0.0',
  ])('refuses the number %s for every operator', (number) => {
    for (const operator of ['NumericEquals', 'StringEquals', 'ForAnyValue:NumericLessThanIfExists'])
      expect(pathsOf(inCondition(operator, number))).toEqual([conditionPath(operator)]);
  });

  it.each(['1.10', '1E3', '1e3', '0.0', '10e-1', '1.0', '100000000000000000e-10'])(
    'refuses the number %s for string operators, and accepts it for numeric operators',
    (number) => {
      expect(pathsOf(inCondition('StringEquals', number))).toEqual([conditionPath('StringEquals')]);
      expect(pathsOf(inCondition('DateLessThan', `[1,${number}]`))).toEqual([
        `${conditionPath('DateLessThan')}[1]`,
      ]);
      expect(findJsonLosses(inCondition('NumericEquals', number))).toEqual([]);
      expect(findJsonLosses(inCondition('ForAllValues:NumericEqualsIfExists', number))).toEqual([]);
    },
  );

  it.each(['0', '1', '-1', '1.5', '-0.25', '3600', '9007199254740991', '1e-7', 'true', 'null', '"1.10"'])(
    'accepts the value %s for every operator',
    (value) => {
      for (const operator of ['NumericEquals', 'StringEquals'])
        expect(findJsonLosses(inCondition(operator, value))).toEqual([]);
    },
  );

  it('names the value that a write would change, and what to write instead', () => {
    expect(findJsonLosses(inCondition('NumericEquals', '1e400'))).toEqual([
      {
        path: conditionPath('NumericEquals'),
        message: 'is 1e400, and a write would make it null. Put it in quotes: "1e400"',
      },
    ]);
  });

  it.each([
    ['a value', '{"Id":"\\ud800"}', 'Id'],
    ['a value of a list', '{"Action":["a","\\udc00b"]}', 'Action[1]'],
    ['a key', '{"\\ud83d":1}', '\ufffd'],
  ])('refuses half of a surrogate pair in %s', (_, text, path) => {
    expect(findJsonLosses(text)).toEqual([{ path, message: expect.stringContaining('half of a character') }]);
  });

  it('accepts a surrogate pair in two escape sequences', () => {
    expect(findJsonLosses('{"Id":"\\ud83d\\ude00","😀":1}')).toEqual([]);
  });

  it.each(['{"__proto__":{}}', '{"\\u005f_proto__":1}'])(
    'refuses a key that JavaScript misreads in %s',
    (text) => {
      expect(pathsOf(text)).toEqual(['__proto__']);
    },
  );

  it('accepts JSON that JavaScript wrote', () => {
    const kept = fc.jsonValue({ noUnicodeString: false }).filter(isWithoutOddities);
    fc.assert(
      fc.property(kept, (value) => expect(findJsonLosses(JSON.stringify(value, undefined, 2))).toEqual([])),
    );
  });

  it('finds every key that appears twice in a document', () => {
    const keys = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(keys, fc.nat(), (names, index) => {
        const repeated = names[index % names.length] ?? '';
        const text = [...names, repeated].map((name) => `${JSON.stringify(name)}:1`).join();
        expect(pathsOf(`{${text}}`).at(-1)).toBe(repeated);
      }),
    );
  });
});

/** Numbers and keys that `losses` refuses by themselves. */
function isWithoutOddities(value: unknown): boolean {
  if (typeof value === 'number')
    return !Object.is(value, -0) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, part]) => key !== '__proto__' && isWithoutOddities(part));
}
