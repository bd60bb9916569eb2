/**
 * Whether a part of a statement applies to a request. `unknown` is for what we cannot judge (an operator that we
 * do not know, a variable without a value): it keeps an Allow from applying, and not a Deny.
 */
export type Verdict = 'yes' | 'no' | 'unknown';

export const verdict = (applies: boolean): Verdict => (applies ? 'yes' : 'no');

/** All must apply; one `no` decides. */
export function both(verdicts: Iterable<Verdict>): Verdict {
  const seen = new Set(verdicts);
  if (seen.has('no')) return 'no';
  return seen.has('unknown') ? 'unknown' : 'yes';
}

export const opposite = (given: Verdict): Verdict => (given === 'unknown' ? given : verdict(given === 'no'));

/** One is enough; one `yes` decides. */
export const either = (verdicts: Iterable<Verdict>): Verdict => opposite(both([...verdicts].map(opposite)));
