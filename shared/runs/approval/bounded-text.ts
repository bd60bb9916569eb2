/**
 * Shortens a text to at most `mostBytes` bytes. It removes whole lines and keeps the order. Lines that widen access are
 * kept first, together with the lines of their resources and statements.
 * @param where the command or place that shows the whole text
 */
export function limitText(text: string, mostBytes: number, where: string): string {
  if (Buffer.byteLength(text) <= mostBytes) return text;
  const lines = text.split('\n').map((line, index) => ({ line, index }));
  const [first, last] = [lines.filter(isVital), lines.filter((each) => !isVital(each))];
  let left = mostBytes;
  const kept = [...first, ...last].filter(({ line }) => {
    left -= Buffer.byteLength(line) + 1;
    return left >= 0;
  });
  const shown = kept.toSorted((a, b) => a.index - b.index).map(({ line }) => line);
  const hidden = lines.length - shown.length;
  const wide = first.length - kept.filter(isVital).length;
  const what =
    wide === 0
      ? 'none of which is marked as widening access'
      : `of which ${wide} name a resource or widen access`;
  return `${shown.join('\n')}\n… ${hidden} more lines, ${what}: ${where} shows them`;
}

/** Whether a line must be kept if possible: `! widens: …`, `+ Sid  ! widens access`, or the line of a resource. */
const isVital = ({ line }: { readonly line: string }): boolean => /^\S|! (may )?widens? ?/.test(line);
