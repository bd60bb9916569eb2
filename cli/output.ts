import { stripVTControlCharacters } from 'node:util';
import picocolors from 'picocolors';
import type { Io, OutputStream } from './terminal.ts';

export type Colors = ReturnType<typeof picocolors.createColors>;

/** The output of a command: text for people, or one JSON object for machines. */
export interface Output {
  readonly json: boolean;
  readonly colors: Colors;
  /** Columns that a line should not exceed. Unlimited if the output is no terminal. */
  readonly width: number;
  /** A line for people. Ignored with `--json`. */
  line(text?: string): void;
  /** A line that stays at the bottom of a terminal until the next line. Ignored if the output is not a terminal. */
  transient(text: string): void;
  /**
   * A line for people on the standard error. It is printed with `--json` too, because it does not mix with the object.
   */
  note(text: string): void;
  /** The one object for machines. Ignored without `--json`. */
  result(value: object): void;
}

export function createOutput({ stdout, stderr, env }: Io, json: boolean): Output {
  const live = !json && stdout.isTTY === true && env.TERM !== 'dumb' && !env.CI;
  const erase = live ? '\r\x1b[2K' : '';
  return {
    json,
    colors: createOutputColors(stdout, env),
    width: stdout.isTTY === true ? Math.max(stdout.columns ?? 80, 60) : Number.POSITIVE_INFINITY,
    line: (text = '') => {
      if (!json) stdout.write(`${erase}${text}\n`);
    },
    transient: (text) => {
      if (live) stdout.write(`${erase}${shorten(text, (stdout.columns ?? 80) - 1)}`);
    },
    note: (text) => {
      if (live) stdout.write(erase);
      stderr.write(`${text}\n`);
    },
    result: (value) => {
      if (json) stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
  };
}

/**
 * The colors for a stream. `NO_COLOR` (no-color.org) turns them off. `FORCE_COLOR` turns them on without a terminal.
 */
export function createOutputColors(stream: OutputStream, env: Io['env']): Colors {
  const refused = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  const forced = (env.FORCE_COLOR ?? '') !== '' && env.FORCE_COLOR !== '0';
  return picocolors.createColors(!refused && (forced || stream.isTTY === true));
}

/** The width of a text on the screen, in columns. */
const widthOf = (text: string): number => stripVTControlCharacters(text).length;

/** Cuts the end of a text, so that it has at most `width` columns. `…` marks the cut. Only for text without colors. */
export const shorten = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(width - 1, 0))}…`;

/** Cuts the front of a text, so that it has at most `width` columns. */
export const getTail = (text: string, width: number): string =>
  text.length <= width ? text : `…${text.slice(text.length - Math.max(width - 1, 0))}`;

/** Rows as aligned columns, two blanks apart. The last column is not padded. */
export function alignColumns(rows: readonly (readonly string[])[], indent = '  '): readonly string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
  const padded = (cell: string, index: number) => cell + ' '.repeat((widths[index] ?? 0) - widthOf(cell));
  return rows.map((row) => `${indent}${row.map(padded).join('  ')}`.trimEnd());
}

/**
 * A text without colors as lines of at most `width` columns, broken at blanks. All lines except the first are indented.
 */
export function wrapText(text: string, width: number, indent = ''): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line.trim() !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Like `wrapText`, but a word that is longer than a line continues on the next line. No character is lost. */
export const breakText = (text: string, width: number, indent = ''): readonly string[] =>
  text.length <= width ? [text] : wrapText(chunked(text, width - indent.length), width, indent);

const chunked = (text: string, width: number): string =>
  text
    .split(' ')
    .flatMap((word) =>
      word.length <= width ? [word] : (word.match(new RegExp(`.{1,${width}}`, 'gsu')) ?? []),
    )
    .join(' ');

/** Formats a number with separators, such as `1,579`. */
export const formatNumber = (value: number): string => value.toLocaleString('en-US');

/** `1 account`, `2 accounts`, `2 policies`. */
export const formatCount = (count: number, one: string, several = `${one}s`): string =>
  `${formatNumber(count)} ${count === 1 ? one : several}`;
