import { describe, expect, it } from '@jest/globals';
import type { PolicyDocument } from '../../shared/iam/document.ts';
import { type AccessRequest, type Evaluation, evaluatePolicy } from '../../shared/iam/evaluate.ts';
import { casesOf } from '../fixtures/iam/cases.ts';

interface Case {
  readonly name: string;
  readonly document: PolicyDocument | null;
  readonly request: AccessRequest;
  readonly decision: Evaluation['decision'];
  readonly sid?: string;
}

describe('evaluatePolicy', () => {
  it.each(casesOf<readonly Case[]>('evaluate'))('$name', ({ document, request, decision, sid }) => {
    const evaluation = evaluatePolicy(document ?? undefined, request);
    expect(evaluation.decision).toBe(decision);
    expect(evaluation.sid).toBe(sid);
    expect(evaluation.statement === undefined).toBe(decision === 'none');
  });
});
