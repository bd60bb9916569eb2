/**
 * Lines of a run about access that an account has and should not have, or about paths that are unresolved: those that no
 * reader may miss.
 */
const vital: readonly RegExp[] = [
  /\bstill names\b/,
  /\bwould lose their access at once\b/,
  /! (may )?widens?\b/,
  /^(The path|The OU) .* (does not name what it named|was deleted)/,
];

const isVital = (line: string): boolean => vital.some((pattern) => pattern.test(line));

/** Vital lines first; each group keeps its order. */
const vitalFirst = (lines: readonly string[]): readonly string[] => [
  ...lines.filter(isVital),
  ...lines.filter((line) => !isVital(line)),
];

interface Bounds {
  readonly lines: number;
  readonly bytes: number;
}

/**
 * As many lines as fit, vital ones first, and a last line that says how many are missing. All lines in their own order if
 * all fit.
 * @param where has all lines
 */
export function boundedLines(lines: readonly string[], most: Bounds, where: string): readonly string[] {
  const kept = fitting(vitalFirst(lines), most);
  if (kept.length === lines.length) return lines;
  const rest = lines.length - kept.length;
  const missing = rest === 1 ? '1 more line is missing' : `${rest} more lines are missing`;
  return [...kept, `… ${missing} here: ${where}`];
}

function fitting(lines: readonly string[], most: Bounds): readonly string[] {
  let bytes = 0;
  const end = lines.findIndex((line, index) => {
    bytes += Buffer.byteLength(JSON.stringify(line)) + 1;
    return index >= most.lines || bytes > most.bytes;
  });
  return end === -1 ? lines : lines.slice(0, end);
}
