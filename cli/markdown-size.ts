import { formatCode } from './markdown.ts';
import { formatCount, formatNumber } from './output.ts';

/** A part of a comment that is shown whole or not at all. */
export interface MarkdownBlock {
  readonly part: 'widening' | 'other' | 'notes' | 'policies';
  /** The key of the resource, or the title of a note. */
  readonly name: string;
  readonly text: string;
}

/** The largest comment that GitHub accepts, in characters. */
export const maxComment = 65_536;

/** How many characters are kept free for the lines that name the missing blocks. */
const reserved = 5_000;

/** The parts, the most important one first. */
const parts: readonly MarkdownBlock['part'][] = ['widening', 'notes', 'other', 'policies'];

/** A line about missing blocks names resources in at most this number of characters. */
const maxNames = 800;

/** The head and as many blocks as fit, in the given order. A line names the blocks that did not fit. */
export function fitBlocks(head: string, blocks: readonly MarkdownBlock[], limit = maxComment): string {
  const whole = joinBlocks(head, blocks);
  if (whole.length <= limit) return whole;
  const chosen = chooseBlocks(blocks, limit - reserved - head.length);
  const missing = blocks.filter((block) => !chosen.has(block));
  const shown = blocks.filter((block) => chosen.has(block));
  return joinBlocks(`${head}\n\n${formatMissing(missing)}`, shown);
}

const joinBlocks = (head: string, blocks: readonly MarkdownBlock[]): string =>
  `${[head, ...blocks.map(({ text }) => text)].join('\n\n')}\n`;

function chooseBlocks(blocks: readonly MarkdownBlock[], room: number): ReadonlySet<MarkdownBlock> {
  const chosen = new Set<MarkdownBlock>();
  let left = room;
  for (const block of blocks.toSorted((a, b) => parts.indexOf(a.part) - parts.indexOf(b.part))) {
    const length = block.text.length + 2;
    if (length > left) continue;
    chosen.add(block);
    left -= length;
  }
  return chosen;
}

function formatMissing(missing: readonly MarkdownBlock[]): string {
  const groups = Map.groupBy(missing, ({ part }) => part);
  const lines = parts.flatMap((part) => {
    const blocks = groups.get(part) ?? [];
    return blocks.length === 0 ? [] : [`> - ${sentences[part](blocks.length)} ${formatNames(blocks)}`];
  });
  return [
    '> [!CAUTION]',
    `> A comment has room for ${formatNumber(maxComment)} characters. The following parts are not shown.`,
    '> `onboarding plan --resource NAME` shows each of them.',
    '>',
    ...lines,
  ].join('\n');
}

const sentences: Readonly<Record<MarkdownBlock['part'], (count: number) => string>> = {
  widening: (count) =>
    `**Changes that widen access** on ${formatCount(count, 'resource')}. Read them before you approve:`,
  other: (count) => `Changes that do not widen access, on ${formatCount(count, 'resource')}:`,
  notes: (count) => `${formatCount(count, 'list')} of notes:`,
  policies: (count) => `Policies before and after, of ${formatCount(count, 'resource')}:`,
};

function formatNames(blocks: readonly MarkdownBlock[]): string {
  const names: string[] = [];
  for (const { name } of blocks) {
    if ([...names, formatCode(name)].join(', ').length > maxNames) break;
    names.push(formatCode(name));
  }
  const more = blocks.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${formatNumber(more)} more` : ''}`;
}
