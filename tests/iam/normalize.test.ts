import { describe, expect, it } from '@jest/globals';
import type { Statement } from '../../shared/iam/document.ts';
import { normalizePolicy, normalizeStatement } from '../../shared/iam/normalize.ts';
import { casesOf } from '../fixtures/iam/cases.ts';

interface Case {
  readonly name: string;
  readonly statement: Statement;
  readonly normalized: Statement;
}

describe('normalizeStatement', () => {
  it.each(casesOf<readonly Case[]>('normalize'))(
    'normalizes a statement in the case "$name"',
    ({ statement, normalized }) => {
      expect(JSON.stringify(normalizeStatement(statement))).toBe(JSON.stringify(normalized));
    },
  );
});

describe('normalizePolicy', () => {
  const [first, second] = casesOf<readonly Case[]>('normalize').map(({ statement }) => statement);

  it('adds the policy version that AWS assumes when a document has none', () => {
    expect(normalizePolicy({ Statement: [] })).toEqual({ Version: '2008-10-17', Statement: [] });
  });

  it('ignores the order of statements', () => {
    if (first === undefined || second === undefined) throw new Error('two cases are needed');
    expect(normalizePolicy({ Statement: [first, second] }).Statement).toEqual([normalizeStatement(first)]);
  });
});
