import { describe, expect, it } from '@jest/globals';
import type { Access } from '../../shared/grants/access.ts';
import type { PolicyDocument, Statement } from '../../shared/iam/document.ts';
import { judgeAccess } from '../../shared/reconcile/judge-access.ts';

const document = (Effect: 'Allow' | 'Deny', more: Partial<Statement> = {}): PolicyDocument => ({
  Statement: [{ Sid: Effect, Effect, Principal: '*', Action: 's3:*', Resource: '*', ...more }],
});

const access: Access = {
  who: 'CloudTrail',
  what: 'write logs',
  request: {
    principal: { type: 'service', service: 'cloudtrail.amazonaws.com', sourceAccount: '111122223333' },
    action: 's3:PutObject',
    resource: 'arn:aws:s3:::example-logs/a',
    resourceAccount: '444455556666',
    region: 'eu-central-1',
  },
};

const judge = (...documents: readonly (PolicyDocument | undefined)[]) =>
  judgeAccess(documents, 'bucket', access);

describe('judgeAccess', () => {
  it('allows when one document allows and none denies', () => {
    expect(judge(undefined, document('Allow'))).toEqual({ outcome: 'allowed', why: '' });
  });

  it('denies when one document denies, even if others allow', () => {
    expect(judge(document('Allow'), document('Deny'))).toEqual({
      outcome: 'denied',
      statement: 'Deny',
      why: 'the statement Deny denies it',
    });
  });

  it('denies when no document allows the access', () => {
    expect(judge(undefined)).toEqual({ outcome: 'denied', why: 'no statement allows it' });
  });

  // These three went wrong as long as every key that the access did not name counted as absent.
  it.each([
    [{ Bool: { 'aws:PrincipalIsAWSService': 'true' } }],
    [{ StringNotEquals: { 'aws:RequestedRegion': 'us-east-1' } }],
    [{ StringNotEquals: { 'aws:SourceAccount': '777788889999' } }],
  ])('denies when a Deny requires a key that every such request has: %j', (Condition) => {
    expect(judge(document('Allow'), document('Deny', { Condition })).outcome).toBe('denied');
  });

  it('allows when a data perimeter exempts service principals', () => {
    const Condition = {
      StringNotEqualsIfExists: { 'aws:PrincipalOrgID': 'o-exampleorgid' },
      BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
    };
    expect(judge(document('Allow'), document('Deny', { Condition })).outcome).toBe('allowed');
  });

  it('returns unknown when a Deny depends on a header of the upload', () => {
    const Condition = { StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } };
    expect(judge(document('Allow'), document('Deny', { Condition }))).toEqual({
      outcome: 'unknown',
      keys: ['s3:x-amz-server-side-encryption'],
      why: 'the statement Deny asks for s3:x-amz-server-side-encryption, which depends on the request',
    });
  });

  it('returns unknown when the only Allow has an operator that AWS does not document', () => {
    const Condition = { StringSoundsLike: { 'aws:PrincipalServiceName': 'cloudtrail' } };
    expect(judge(document('Allow', { Condition }))).toEqual({
      outcome: 'unknown',
      keys: ['StringSoundsLike'],
      why: 'what AWS does with StringSoundsLike of the statement Allow is not documented',
    });
  });
});
