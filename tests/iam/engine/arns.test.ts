import { describe, expect, it } from '@jest/globals';
import { getArnAccount, matchesArn, splitArn } from '../../../shared/iam/engine/arns.ts';
import { toTextTokens } from '../../../shared/iam/engine/wildcards.ts';

describe('matchesArn', () => {
  it.each([
    ['arn:aws:s3:::logs', 'arn:aws:s3:::logs'],
    ['arn:aws:s3:::*', 'arn:aws:s3:::logs/2026:03'],
    ['arn:*:*:*:*:*', 'arn:aws:iam::111122223333:role/Reader'],
    ['*:*:*:*:*:*', 'arn:aws:iam::111122223333:role/Reader'],
    ['arn:aws:sns:eu-west-?:111122223333:a:b', 'arn:aws:sns:eu-west-1:111122223333:a:b'],
  ])('matches when the pattern is %s and the ARN is %s', (wanted, arn) => {
    expect(matchesArn(toTextTokens(wanted), arn)).toBe(true);
  });

  it.each([
    ['arn:aws:s3:::*', 'arn:aws:s3::111122223333:logs'],
    ['arn:aws:sns:eu-west-1:111122223333:a', 'arn:aws:sns:eu-west-1:111122223333:a:b'],
    ['arn:aws:sns:*:a', 'arn:aws:sns:eu-west-1:111122223333:a:b'],
  ])('does not match when the pattern is %s and the ARN is %s', (wanted, arn) => {
    expect(matchesArn(toTextTokens(wanted), arn)).not.toBe(true);
  });

  it.each([
    ['*', 'arn:aws:s3:::logs'],
    ['arn:*', 'arn:aws:s3:::logs'],
    ['arn:aws:s3::*', 'arn:aws:s3:::logs'],
    ['*:*:*:*:*:*', ''],
    ['*:*:*:*:*:*', 'not an ARN'],
    ['*:*:*:*:*:*', 'arn:aws:s3::111122223333'],
  ])('returns neither match nor mismatch when the ARN pattern is %s and the text is %s', (wanted, arn) => {
    expect(matchesArn(toTextTokens(wanted), arn)).toBeUndefined();
  });
});

describe('splitArn', () => {
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

  it('keeps empty segments when an ARN has some', () => {
    expect(splitArn('arn:::::')).toEqual(['arn', '', '', '', '', '']);
  });

  it.each(['', 'arn', 'arn:aws:s3::', 'ern:aws:s3:::logs', '111122223333', ':aws:s3:::logs'])(
    'finds no segments when the text is %p',
    (text) => {
      expect(splitArn(text)).toEqual([]);
    },
  );
});

describe('getArnAccount', () => {
  it('finds the account when the ARN has one', () => {
    expect(getArnAccount('arn:aws:iam::111122223333:role/Reader')).toBe('111122223333');
  });

  it.each(['arn:aws:s3:::logs', 'arn:aws:iam::aws:policy/ReadOnlyAccess', '111122223333'])(
    'finds no account in the ARN %s',
    (text) => {
      expect(getArnAccount(text)).toBeUndefined();
    },
  );
});
