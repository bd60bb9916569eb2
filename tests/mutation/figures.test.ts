import { describe, expect, it } from '@jest/globals';
import { figuresOf, figuresText, type Judged } from '../../scripts/mutation/figures.ts';

const judged = (file: string, status: Judged['status']): Judged => ({ mutant: { file }, status });

const some = [
  judged('shared/reconcile/plan.ts', 'killed'),
  judged('shared/iam/size.ts', 'survived'),
  judged('shared/reconcile/grace-period.ts', 'equivalent'),
  judged('shared/reconcile/digest.ts', 'killed'),
];

describe('figuresOf', () => {
  it('counts equivalent mutants as not killed', () => {
    expect(figuresOf(some)).toEqual({
      mutants: 4,
      killed: 2,
      survived: 1,
      equivalent: 1,
      score: 0.5,
      equivalents: 0.25,
    });
  });
});

describe('figuresText', () => {
  it('prints a row for each folder and a row for all folders', () => {
    expect(figuresText(some).split('\n').slice(2, 5)).toEqual([
      '| `shared/iam` | 1 | 0 | 1 | 0 | 0.0 % |',
      '| `shared/reconcile` | 3 | 2 | 0 | 1 | 66.7 % |',
      '| all | 4 | 2 | 1 | 1 | 50.0 % |',
    ]);
  });
});
