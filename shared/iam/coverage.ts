/**
 * Whether everything that the pattern `inner` matches is matched by the pattern `outer` as well. Never true by mistake:
 * where it is hard to tell, the answer is false.
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

/** A `?` stands for one character, which `*` is not; `$` may begin a policy variable of any length. */
const coversOne = (outer: string | undefined, inner: string | undefined): boolean =>
  outer === inner || (outer === '?' && inner !== '*' && inner !== '$');

/** The same for ARNs, in which a wildcard stays within its segment (IAM User Guide, "IAM JSON policy elements: Resource"). */
export function coversArn(outer: string, inner: string): boolean {
  if (outer === '*') return true;
  if (!beginsAlike(outer, inner)) return false;
  const [wide, narrow] = [segmentsOf(outer), segmentsOf(inner)];
  return (
    wide.length === narrow.length && wide.every((segment, index) => covers(segment, narrow[index] ?? ''))
  );
}

/** Whether the texts are equal up to the first wildcard of `outer`; most ARNs are told apart by that. */
function beginsAlike(outer: string, inner: string): boolean {
  for (let at = 0; at < outer.length && outer[at] !== '*' && outer[at] !== '?'; at += 1)
    if (outer[at] !== inner[at]) return false;
  return true;
}

/** The first five segments end at a colon; the sixth is all the rest. */
function segmentsOf(arn: string): readonly string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}
