import { describe, expect, it } from '@jest/globals';
import type { PolicyDocument } from '../../shared/iam/document.ts';
import { findSuspects, warnOfDeletedPrincipals } from '../../shared/reconcile/suspect-statements.ts';

const naming = (...AWS: readonly string[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Sid: 'Partner', Effect: 'Allow', Principal: { AWS }, Action: 's3:GetObject', Resource: '*' }],
});

const warnings = (...principals: readonly string[]) =>
  warnOfDeletedPrincipals('the bucket', { policy: naming(...principals) }, 'test');

describe('deletedPrincipalWarnings', () => {
  it('names the deleted role only when a statement also names accounts that cannot be checked', () => {
    expect(warnings('AROAKSCDLFT9R5DQP782U', '999988887777')).toEqual([
      'the bucket: the statement "Partner" names AROAKSCDLFT9R5DQP782U, the id of a role that was deleted. The ' +
        'statement is not managed and stays as it is, but AWS rejects the next write of this policy: the owner of the ' +
        'statement must remove the id, or name a principal that exists',
    ]);
  });

  it('returns no warning when no statement names a deleted principal', () => {
    expect(warnings('999988887777', 'arn:aws:iam::222233334444:role/Reader')).toEqual([]);
  });
});

describe('suspectsOf', () => {
  it('names no account when a suspect principal contains no account id', () => {
    expect(findSuspects({ policy: naming('arn:aws:iam::*:role/Reader') }, 'test', [])).toEqual([
      expect.objectContaining({ state: 'unknown', because: 'which cannot be checked' }),
    ]);
  });

  it('names the account of a suspect principal when it is outside the organization', () => {
    expect(findSuspects({ policy: naming('999988887777') }, 'test', [])).toEqual([
      expect.objectContaining({
        because: 'which cannot be checked: account 999988887777 is outside the organization',
      }),
    ]);
  });
});
