/**
 * Whether a part of a statement applies to a request. `unknown` is for what we cannot judge (an operator that we
 * do not know, a variable without a value): it keeps an Allow from applying, and not a Deny.
 */
export type Verdict = 'yes' | 'no' | 'unknown';

export const verdict = (applies: boolean): Verdict => (applies ? 'yes' : 'no');

/** All must apply; one `no` decides, and those after it are not asked for. */
export function both(verdicts: Iterable<Verdict>): Verdict {
  let all: Verdict = 'yes';
  for (const each of verdicts) {
    if (each === 'no') return 'no';
    if (each === 'unknown') all = 'unknown';
  }
  return all;
}

export const opposite = (given: Verdict): Verdict => (given === 'unknown' ? given : verdict(given === 'no'));

/** One is enough; one `yes` decides, and those after it are not asked for. */
export function either(verdicts: Iterable<Verdict>): Verdict {
  let any: Verdict = 'no';
  for (const each of verdicts) {
    if (each === 'yes') return 'yes';
    if (each === 'unknown') any = 'unknown';
  }
  return any;
}
