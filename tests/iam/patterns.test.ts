import { describe, expect, it } from '@jest/globals';
import {
  getContextValues,
  matchesAction,
  matchesArn,
  matchesPattern,
  parsePattern,
  splitArn,
  toLiteralText,
} from '../../shared/iam/patterns.ts';

const pattern = (text: string) => parsePattern(text, { enabled: false, context: {} }) ?? [];

const textOf = (text: string, context: Record<string, string | readonly string[]> = {}, enabled = true) => {
  const read = parsePattern(text, { enabled, context });
  return read && toLiteralText(read);
};

describe('matchesArn', () => {
  it.each([
    ['arn:aws:s3:::logs', 'arn:aws:s3:::logs'],
    ['arn:aws:s3:::*', 'arn:aws:s3:::logs/2026:03'],
    ['arn:*:*:*:*:*', 'arn:aws:iam::111122223333:role/Reader'],
    ['*:*:*:*:*:*', 'arn:aws:iam::111122223333:role/Reader'],
    ['arn:aws:sns:eu-west-?:111122223333:a:b', 'arn:aws:sns:eu-west-1:111122223333:a:b'],
  ])('matches when the pattern is %s and the ARN is %s', (wanted, arn) => {
    expect(matchesArn(pattern(wanted), arn)).toBe(true);
  });

  it.each([
    ['*', 'arn:aws:s3:::logs'],
    ['arn:*', 'arn:aws:s3:::logs'],
    ['arn:aws:s3::*', 'arn:aws:s3:::logs'],
    ['arn:*:*:*:*', 'arn:aws:iam::111122223333:role/Reader'],
    ['*:*:*:*:*:*', ''],
    ['*:*:*:*:*:*', 'not an ARN'],
    ['*:*:*:*:*:*', 'arn:aws:s3::111122223333'],
    ['arn:aws:s3:::*', 'arn:aws:s3::111122223333:logs'],
    ['arn:aws:sns:eu-west-1:111122223333:a', 'arn:aws:sns:eu-west-1:111122223333:a:b'],
  ])('does not match when the pattern is %s and the ARN is %s', (wanted, arn) => {
    expect(matchesArn(pattern(wanted), arn)).toBe(false);
  });
});

describe('arnSegments', () => {
  it('keeps the colons of the resource when the resource has some', () => {
    expect(splitArn('arn:aws:sns:eu-west-1:111122223333:a:b:c')).toEqual([
      'arn',
      'aws',
      'sns',
      'eu-west-1',
      '111122223333',
      'a:b:c',
    ]);
  });

  it('keeps empty segments when an ARN leaves them out', () => {
    expect(splitArn('arn:::::')).toEqual(['arn', '', '', '', '', '']);
  });

  it.each(['', 'arn', 'arn:aws:s3:::'.slice(0, -1), 'ern:aws:s3:::logs', '111122223333', ':aws:s3:::logs'])(
    'finds no segments when the text is %p',
    (text) => {
      expect(splitArn(text)).toEqual([]);
    },
  );
});

describe('readPattern', () => {
  it.each([
    ['${aws:username}', 'ann'],
    ['a/${AWS:UserName}/b', 'a/ann/b'],
    ['${ aws:username }', 'ann'],
    ['${aws:username}${aws:username}', 'annann'],
    ["${aws:username, 'guest'}", 'ann'],
    ["${example:none, 'guest'}", 'guest'],
    ["${ example:none , 'two words' }", 'two words'],
    ["${example:none,''}", ''],
    ['${*}${?}${$}', '*?$'],
    ['${aws:username', '${aws:username'],
    ['no variable', 'no variable'],
  ])('reads %s as %p when the request has a user name', (text, expected) => {
    expect(textOf(text, { 'aws:username': 'ann' })).toBe(expected);
  });

  it.each([
    '${example:none}',
    'a/${example:none}/b',
    '${aws:username}/${example:none}',
    '${example:none, guest}',
    "${example:none 'guest'}",
    '${example:several}',
    "${example:several, 'guest'}",
    '${}',
    '${**}',
  ])('reads nothing when a variable has no single value: %s', (text) => {
    expect(textOf(text, { 'aws:username': 'ann', 'example:several': ['a', 'b'] })).toBeUndefined();
  });

  it('takes a variable literally when the version of the document has none', () => {
    expect(textOf('${aws:username}', { 'aws:username': 'ann' }, false)).toBe('${aws:username}');
  });

  it('takes a wildcard out of a variable literally', () => {
    const read = parsePattern('${aws:username}', { enabled: true, context: { 'aws:username': '*' } }) ?? [];

    expect(matchesPattern(read, '*')).toBe(true);
    expect(matchesPattern(read, 'ann')).toBe(false);
  });
});

describe('matchesPattern', () => {
  it.each([
    ['', ''],
    ['*', ''],
    ['**', 'abc'],
    ['a*', 'a'],
    ['*a', 'ba'],
    ['a*c*e', 'abcde'],
    ['a*bc', 'abbbc'],
    ['*ab', 'aab'],
    ['?', 'a'],
    ['?', '😀'],
    ['a?c', 'abc'],
    ['*?', 'a'],
  ])('matches when the pattern is %p and the text is %p', (wanted, text) => {
    expect(matchesPattern(pattern(wanted), text)).toBe(true);
  });

  it.each([
    ['', 'a'],
    ['a', ''],
    ['?', ''],
    ['*?', ''],
    ['a', 'ab'],
    ['ab', 'a'],
    ['a*b', 'ac'],
    ['a*b', 'abc'],
    ['*ab', 'aba'],
    ['a?c', 'ac'],
    ['b*', 'ab'],
  ])('does not match when the pattern is %p and the text is %p', (wanted, text) => {
    expect(matchesPattern(pattern(wanted), text)).toBe(false);
  });
});

describe('matchesAction', () => {
  it('matches in any letter case, with and without wildcards', () => {
    expect(matchesAction('s3:getobject', 'S3:GetObject')).toBe(true);
    expect(matchesAction('S3:GET*', 's3:GetObject')).toBe(true);
    expect(matchesAction('s3:PutObject', 's3:GetObject')).toBe(false);
  });
});

describe('contextValues', () => {
  it('finds the values in any letter case of the key', () => {
    expect(getContextValues({ 'aws:SourceArn': 'a' }, 'AWS:sourcearn')).toEqual(['a']);
    expect(getContextValues({ 'aws:SourceArn': ['a', 'b'] }, 'aws:SourceArn')).toEqual(['a', 'b']);
    expect(getContextValues({ other: 'b', 'aws:SourceArn': '' }, 'aws:SourceArn')).toEqual(['']);
  });

  it('finds nothing when the request has no value', () => {
    expect(getContextValues({}, 'aws:SourceArn')).toBeUndefined();
    expect(getContextValues({ 'aws:SourceArn': [] }, 'aws:SourceArn')).toBeUndefined();
  });
});
