/** A block of code on a page of the documentation. */
export interface CodeBlock {
  /** What follows the opening fence: `sh aws`. */
  readonly language: string;
  readonly text: string;
}

/** The blocks of a page, in their order. A block in a list item is indented. */
export const findBlocks = (page: string): readonly CodeBlock[] =>
  [...page.matchAll(/^( *)```([^\n]*)\n(.*?)^ *```$/gms)].map(
    ([, indent = '', language = '', text = '']) => ({
      language: language.trim(),
      text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  );

/** The commands of a block: its lines, without comments. A line that ends in a backslash continues in the next line. */
export const listCommands = (text: string): readonly string[] =>
  text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

/**
 * The first line of a screen that the output lacks; `undefined` if the screen is part of the output. A line `…` of the screen
 * stands for any number of lines.
 */
export function findMissingLine(screen: string, output: string): string | undefined {
  const printed = toLines(output);
  let from = 0;
  let isNext = false;
  for (const line of toLines(screen)) {
    if (line === '…') isNext = false;
    else {
      const at = printed.indexOf(line, from);
      if (at === -1 || (isNext && at !== from)) return line;
      from = at + 1;
      isNext = true;
    }
  }
  return undefined;
}

const toLines = (text: string): readonly string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd());
