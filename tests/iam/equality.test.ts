import { describe, expect, it } from '@jest/globals';
import type { PolicyDocument } from '../../shared/iam/document.ts';
import { isSamePolicy } from '../../shared/iam/equality.ts';
import { casesOf } from '../fixtures/iam/cases.ts';

interface Case {
  readonly name: string;
  readonly a: PolicyDocument | null;
  readonly b: PolicyDocument | null;
  readonly same: boolean;
}

describe('samePolicy', () => {
  it.each(casesOf<readonly Case[]>('equality'))(
    'compares two policies in the case "$name"',
    ({ a, b, same }) => {
      expect(isSamePolicy(a ?? undefined, b ?? undefined)).toBe(same);
      expect(isSamePolicy(b ?? undefined, a ?? undefined)).toBe(same);
    },
  );
});
