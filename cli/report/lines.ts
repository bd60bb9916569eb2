/** A longer difference is not read on a page. The commands print all of it. */
const maxLines = 200;

/** The lines of a text. A longer text ends with the number of lines that are missing. */
export function toLines(text: string): readonly string[] {
  const lines = text === '' ? [] : text.split('\n');
  return lines.length <= maxLines
    ? lines
    : [...lines.slice(0, maxLines), `… ${lines.length - maxLines} more lines`];
}
