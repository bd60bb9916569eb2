import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { diffPolicies } from '../../shared/iam/difference.ts';
import { formatDifference } from '../../shared/iam/difference-text.ts';
import type { PolicyDocument } from '../../shared/iam/document.ts';
import { evaluatePolicy } from '../../shared/iam/evaluate.ts';
import { anyRequest, documentOf, statement } from '../fixtures/iam/arbitraries.ts';
import { casesOf } from '../fixtures/iam/cases.ts';

interface Case {
  readonly name: string;
  readonly before: PolicyDocument;
  readonly after: PolicyDocument;
  readonly text: readonly string[];
}

describe('the difference of two policies', () => {
  it.each(casesOf<readonly Case[]>('widening'))(
    'marks the widening lines in the case "$name"',
    ({ before, after, text }) => {
      expect(formatDifference(diffPolicies(before, after))).toBe(text.join('\n'));
    },
  );

  it('marks a widening exactly when the new policy allows a request that the old one did not', () => {
    const document = documentOf(statement);
    // The first statement is replaced under its Sid; what one of the two has in common may stay.
    const edited = fc
      .tuple(document, statement, fc.boolean())
      .map(([before, other, keepsCondition]): readonly [PolicyDocument, PolicyDocument] => {
        const [first, ...others] = before.Statement.map((each, index) => ({ ...each, Sid: `S${index}` }));
        const condition = keepsCondition && first?.Condition ? { Condition: first.Condition } : {};
        const replaced = { ...other, ...condition, Sid: 'S0' };
        return [
          { ...before, Statement: first === undefined ? others : [first, ...others] },
          { ...before, Statement: [replaced, ...others] },
        ];
      });
    fc.assert(
      fc.property(fc.oneof(edited, fc.tuple(document, document)), anyRequest, ([before, after], request) => {
        fc.pre(evaluatePolicy(after, request, 'bucket').decision === 'allow');
        fc.pre(['none', 'deny'].includes(evaluatePolicy(before, request, 'bucket').decision));
        const differences = diffPolicies(before, after);
        expect(differences.some(({ widens }) => widens !== undefined)).toBe(true);
        expect(differences[0]?.widens).toBeDefined();
      }),
      { numRuns: 300 },
    );
  });
});
