/**
 * Lines that are never removed, whatever the limit: access that an account should not have, and unresolved OU paths.
 */
const vital: readonly RegExp[] = [
  /\bstill names\b/,
  /\bwould lose their access at once\b/,
  /! (may )?widens?\b/,
  /^(The path|The OU) .* (no longer names the OUs|was deleted)/,
];

const isVital = (line: string): boolean => vital.some((pattern) => pattern.test(line));

/** Puts the lines that are never removed first. In both groups, the order stays. */
const vitalFirst = (lines: readonly string[]): readonly string[] => [
  ...lines.filter(isVital),
  ...lines.filter((line) => !isVital(line)),
];

interface Bounds {
  readonly lines: number;
  readonly bytes: number;
}

/**
 * Keeps as many lines as there is room for, the most important first. A last line says how many lines are missing. If
 * there is room for all, their order stays. The result may be limited again: the last line then counts all missing
 * lines.
 * @param where where an operator finds most of the missing lines
 */
export function limitLines(
  lines: readonly string[],
  most: Bounds,
  where: (count: number | 'all') => string,
): readonly string[] {
  const before = lines.flatMap(missingIn);
  const plain = lines.filter((line) => missingIn(line).length === 0);
  const kept = fitting(vitalFirst(plain), most);
  if (kept.length === plain.length) return lines;
  const rest = plain.length - kept.length;
  const count = before.reduce((sum, missing) => sum + missing.count, rest);
  const advice = [where(before.length === 0 ? 'all' : rest), ...before.map(({ where }) => where)].join('; ');
  return [...kept, `… ${count} more ${count === 1 ? 'line is' : 'lines are'} missing here: ${advice}`];
}

const missingPattern = /^… (\d+) more lines? (?:is|are) missing here: (.*)$/s;

/** The number of missing lines in the last line of a limited list. Empty for any other line. */
function missingIn(line: string): readonly { readonly count: number; readonly where: string }[] {
  const [, count, where] = missingPattern.exec(line) ?? [];
  return count === undefined || where === undefined ? [] : [{ count: Number(count), where }];
}

function fitting(lines: readonly string[], most: Bounds): readonly string[] {
  let bytes = 0;
  const end = lines.findIndex((line, index) => {
    bytes += Buffer.byteLength(JSON.stringify(line)) + 1;
    return index >= most.lines || bytes > most.bytes;
  });
  return end === -1 ? lines : lines.slice(0, end);
}
