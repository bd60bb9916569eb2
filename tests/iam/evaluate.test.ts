import { describe, expect, it } from '@jest/globals';
import type { PolicyKind } from '../../shared/iam/applied-policy.ts';
import type { PolicyDocument } from '../../shared/iam/document.ts';
import { type Evaluation, evaluatePolicies, evaluatePolicy } from '../../shared/iam/evaluate.ts';
import type { AccessRequest } from '../../shared/iam/request.ts';
import { casesOf } from '../fixtures/iam/cases.ts';

interface Case {
  readonly name: string;
  readonly kind: PolicyKind;
  readonly document: PolicyDocument | null;
  readonly request: AccessRequest;
  readonly decision: Evaluation['decision'];
  readonly sid?: string;
}

describe('evaluatePolicy', () => {
  it.each(casesOf<readonly Case[]>('evaluate'))(
    'evaluates one policy in the case "$name"',
    ({ kind, document, request, decision, sid }) => {
      const evaluation = evaluatePolicy(document ?? undefined, request, kind);
      expect(evaluation.decision).toBe(decision);
      expect(evaluation.sid).toBe(sid);
      expect(evaluation.statement === undefined).toBe(decision === 'none' || decision === 'unknown');
      expect(evaluation.unknowns.length > 0).toBe(decision === 'unknown');
    },
  );
});

describe('evaluatePolicies', () => {
  const request: AccessRequest = {
    principal: { type: 'account', accountId: '111122223333' },
    action: 's3:GetObject',
    resource: 'arn:aws:s3:::example-logs/a',
  };
  const policy = (Effect: 'Allow' | 'Deny', condition: object = {}) => ({
    kind: 'identity' as const,
    name: Effect,
    document: { Statement: [{ Sid: Effect, Effect, Action: '*', Resource: '*', ...condition }] },
  });
  const ifTagged = { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'a' } } };

  it('denies when one of several policies denies', () => {
    expect(evaluatePolicies([policy('Allow'), policy('Deny')], request)).toMatchObject({
      decision: 'deny',
      sid: 'Deny',
    });
  });

  it('returns unknown when one policy allows and another may deny', () => {
    expect(evaluatePolicies([policy('Allow'), policy('Deny', ifTagged)], request)).toEqual({
      decision: 'unknown',
      unknowns: [{ kind: 'key', name: 'aws:PrincipalTag/team', policy: 'Deny', sid: 'Deny' }],
    });
  });

  it('returns none when a policy may deny and no policy allows', () => {
    expect(evaluatePolicies([policy('Deny', ifTagged)], request).decision).toBe('none');
  });

  it('returns unknown when the only Allow cannot be judged', () => {
    expect(evaluatePolicies([policy('Allow', ifTagged)], request).decision).toBe('unknown');
  });
});
