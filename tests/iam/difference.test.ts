import { describe, expect, it } from '@jest/globals';
import { diffPolicies } from '../../shared/iam/difference.ts';
import { formatDifference } from '../../shared/iam/difference-text.ts';
import type { PolicyDocument } from '../../shared/iam/document.ts';
import { casesOf } from '../fixtures/iam/cases.ts';

interface Case {
  readonly name: string;
  readonly before: PolicyDocument | null;
  readonly after: PolicyDocument | null;
  readonly text: readonly string[];
}

describe('policyDifference', () => {
  it.each(casesOf<readonly Case[]>('difference'))(
    'returns the expected difference in the case "$name"',
    ({ before, after, text }) => {
      const differences = diffPolicies(before ?? undefined, after ?? undefined);
      expect(formatDifference(differences)).toBe(text.join('\n'));
    },
  );
});
