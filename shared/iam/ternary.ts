/**
 * Whether a part of a statement applies to a request. `unknown` is for what we cannot judge (an operator that we
 * do not know, a variable without a value): it keeps an Allow from applying, and not a Deny.
 */
export type Ternary = 'yes' | 'no' | 'unknown';

export const toTernary = (applies: boolean): Ternary => (applies ? 'yes' : 'no');

/** All must apply; one `no` decides, and those after it are not asked for. */
export function everyTernary(verdicts: Iterable<Ternary>): Ternary {
  let all: Ternary = 'yes';
  for (const each of verdicts) {
    if (each === 'no') return 'no';
    if (each === 'unknown') all = 'unknown';
  }
  return all;
}

export const negateTernary = (given: Ternary): Ternary =>
  given === 'unknown' ? given : toTernary(given === 'no');

/** One is enough; one `yes` decides, and those after it are not asked for. */
export function someTernary(verdicts: Iterable<Ternary>): Ternary {
  let any: Ternary = 'no';
  for (const each of verdicts) {
    if (each === 'yes') return 'yes';
    if (each === 'unknown') any = 'unknown';
  }
  return any;
}
