import { describe, expect, it } from '@jest/globals';
import type { PolicyDocument } from '../../shared/iam/document.ts';
import { measurePolicy, type SizeUnit } from '../../shared/iam/size.ts';
import { casesOf } from '../fixtures/iam/cases.ts';

interface Case {
  readonly name: string;
  readonly document: PolicyDocument | null;
  readonly unit: SizeUnit;
  readonly size: number;
}

describe('policySize', () => {
  it.each(casesOf<readonly Case[]>('size'))(
    'measures the policy in the case "$name"',
    ({ document, unit, size }) => {
      expect(measurePolicy(document ?? undefined, unit)).toBe(size);
    },
  );
});
