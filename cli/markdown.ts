/** Escapes every character that has a meaning in Markdown or in HTML. */
export const escapeMarkdown = (text: string): string =>
  text.replace(/[^a-zA-Z0-9 /.:,%-]/gu, (sign) => `&#${sign.codePointAt(0)};`);

/** A name as code, because GitHub turns no part of code into a mention or a link. */
export const formatCode = (text: string): string => `<code>${escapeMarkdown(text)}</code>`;

/** Lines as a block of code. The fence is longer than any fence in the text, so the text cannot end the block. */
export function formatCodeBlock(language: string, lines: readonly string[]): string {
  const text = lines.join('\n');
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

/** A part that the reader can open and close. `summary` is HTML. */
export const formatDetails = (summary: string, content: string): string =>
  `<details><summary>${summary}</summary>\n\n${content}\n\n</details>`;
