/**
 * Whether the pattern `outer` matches everything that the pattern `inner` matches. If that is hard to decide, the
 * answer is false. So a true answer is always right.
 */
export function covers(outer: string, inner: string): boolean {
  let [at, from] = [0, 0];
  let star = -1;
  let resumed = 0;
  while (from < inner.length) {
    if (outer[at] === '*') {
      star = at;
      resumed = from;
      at += 1;
    } else if (at < outer.length && coversOne(outer[at], inner[from])) {
      at += 1;
      from += 1;
    } else if (star >= 0) {
      at = star + 1;
      resumed += 1;
      from = resumed;
    } else return false;
  }
  return /^\**$/.test(outer.slice(at));
}

/**
 * A `?` in `outer` matches exactly one character. So it does not cover `*`, which matches any number of characters. It
 * does not cover `$` either, because `$` may begin a policy variable with a longer value.
 */
const coversOne = (outer: string | undefined, inner: string | undefined): boolean =>
  outer === inner || (outer === '?' && inner !== '*' && inner !== '$');

/**
 * Like `covers`, for ARN operators. They compare the six segments of an ARN one by one (IAM User Guide, "IAM JSON
 * policy elements: Condition operators").
 */
export function coversArn(outer: string, inner: string): boolean {
  if (outer === '*') return true;
  if (!beginsAlike(outer, inner)) return false;
  const [wide, narrow] = [segmentsOf(outer), segmentsOf(inner)];
  return (
    wide.length === narrow.length && wide.every((segment, index) => covers(segment, narrow[index] ?? ''))
  );
}

/**
 * Like `covers`, for patterns in `Resource`. There a wildcard does not match a colon, except for a `*` at the end of a
 * segment (IAM User Guide, "IAM JSON policy elements: Resource").
 */
export function coversResource(outer: string, inner: string): boolean {
  if (outer === '*') return true;
  return beginsAlike(outer, inner) && coversLetters(outer, inner);
}

/**
 * Like `covers`. After a mismatch, it also goes back to the latest `*` that must not match a colon, and tries a longer
 * match of it.
 */
function coversLetters(outer: string, inner: string): boolean {
  let [at, from] = [0, 0];
  const run = { at: -1, from: 0 };
  const segment = { at: -1, from: 0 };
  while (from < inner.length) {
    if (outer[at] === '*') {
      const crosses = endsSegment(outer, at);
      if (crosses) segment.at = -1;
      at += 1;
      Object.assign(crosses ? run : segment, { at, from });
    } else if (at < outer.length && coversOneOfSegment(outer[at], inner[from])) {
      at += 1;
      from += 1;
    } else if (segment.at >= 0 && staysInSegment(inner, segment.from)) {
      segment.from += 1;
      [at, from] = [segment.at, segment.from];
    } else if (run.at >= 0) {
      run.from += 1;
      segment.at = -1;
      [at, from] = [run.at, run.from];
    } else return false;
  }
  return /^\**$/.test(outer.slice(at));
}

const endsSegment = (text: string, at: number): boolean => at + 1 === text.length || text[at + 1] === ':';

const staysInSegment = (text: string, at: number): boolean =>
  text[at] !== ':' && text[at] !== '$' && !(text[at] === '*' && endsSegment(text, at));

const coversOneOfSegment = (outer: string | undefined, inner: string | undefined): boolean =>
  outer === inner || (outer === '?' && inner !== ':' && coversOne(outer, inner));

/**
 * Whether `inner` begins with the part of `outer` before its first wildcard. Most pairs of ARNs already differ there,
 * so this quick check saves the full comparison.
 */
function beginsAlike(outer: string, inner: string): boolean {
  for (let at = 0; at < outer.length && outer[at] !== '*' && outer[at] !== '?'; at += 1)
    if (outer[at] !== inner[at]) return false;
  return true;
}

/** The six segments of an ARN. Each of the first five ends at a colon, and the sixth is the rest. */
function segmentsOf(arn: string): readonly string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}
