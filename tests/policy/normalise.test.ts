import { describe, expect, it } from '@jest/globals';
import type { Statement } from '../../shared/policy/document.ts';
import { normalisePolicy, normaliseStatement } from '../../shared/policy/normalise.ts';
import { casesOf } from './cases.ts';

interface Case {
  readonly name: string;
  readonly statement: Statement;
  readonly normalised: Statement;
}

describe('normaliseStatement', () => {
  it.each(casesOf<readonly Case[]>('normalise'))('$name', ({ statement, normalised }) => {
    expect(JSON.stringify(normaliseStatement(statement))).toBe(JSON.stringify(normalised));
  });
});

describe('normalisePolicy', () => {
  const [first, second] = casesOf<readonly Case[]>('normalise').map(({ statement }) => statement);

  it('spells out the version that AWS assumes', () => {
    expect(normalisePolicy({ Statement: [] })).toEqual({ Version: '2008-10-17', Statement: [] });
  });

  it('takes statements as a set', () => {
    if (first === undefined || second === undefined) throw new Error('two cases are needed');
    expect(normalisePolicy({ Statement: [first, second] }).Statement).toEqual([normaliseStatement(first)]);
  });
});
