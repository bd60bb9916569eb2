import fc from 'fast-check';
import { type Answers, agree, askBoth } from './agreement.ts';
import type { Judgement } from './judge.ts';
import { cases } from './random/cases.ts';
import type { Case } from './shapes.ts';

/** What a run of random cases found. */
export interface Agreement {
  /** So many cases were judged by both, up to the first disagreement. */
  readonly judged: number;
  readonly outcomes: Readonly<Record<Judgement['outcome'], number>>;
  /** The first disagreement, made as small as possible. */
  readonly first?: Answers & { readonly case: Case };
}

/** Draws cases until engine and second opinion disagree, or there are enough. The seed decides the cases. */
export function drawCases(count: number, seed: number): Agreement {
  const outcomes = { allowed: 0, denied: 0, unknown: 0 };
  let judged = 0;
  let disagreed = false;
  const property = fc.property(cases, (drawn) => {
    const answers = askBoth(drawn);
    // What follows the first disagreement only makes its case smaller.
    if (!disagreed) {
      judged += 1;
      outcomes[answers.secondOpinion.outcome] += 1;
    }
    disagreed ||= !agree(answers);
    return agree(answers);
  });
  const { counterexample } = fc.check(property, { seed, numRuns: count });
  return { judged, outcomes, ...firstOf(counterexample?.[0]) };
}

function firstOf(first: Case | undefined): Pick<Agreement, 'first'> {
  if (first === undefined) return {};
  const keys = Object.keys(first.request.context ?? {});
  const smallest = keys.reduce((smaller, key) => {
    const without = withoutKey(smaller, key);
    return agree(askBoth(without)) ? smaller : without;
  }, first);
  return { first: { ...askBoth(smallest), case: smallest } };
}

function withoutKey(drawn: Case, key: string): Case {
  const { [key]: _, ...context } = drawn.request.context ?? {};
  return { ...drawn, request: { ...drawn.request, context } };
}

/** The number of the first case on which engine and second opinion disagree. */
export function countUntilDisagreement(count: number, seed: number): number | undefined {
  const property = fc.property(cases, (drawn) => agree(askBoth(drawn)));
  const { failed, numRuns } = fc.check(property, { seed, numRuns: count, endOnFailure: true });
  return failed ? numRuns : undefined;
}
