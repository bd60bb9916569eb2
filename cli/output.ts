import { stripVTControlCharacters } from 'node:util';
import measureWidth from 'fast-string-width';
import { wrapAnsi } from 'fast-wrap-ansi';
import picocolors from 'picocolors';
import type { Io, OutputStream } from './terminal.ts';

export type Colors = ReturnType<typeof picocolors.createColors>;

/** The output of a command: text for people, or one JSON object for machines. */
export interface Output {
  readonly json: boolean;
  readonly colors: Colors;
  /** Columns that a line should not exceed. Unlimited if the output is no terminal. */
  readonly width: number;
  /** A line for people, wrapped at the width. Ignored with `--json`. */
  line(text?: string): void;
  /** A line that people copy, such as a command or JSON. It is never wrapped. Ignored with `--json`. */
  verbatim(text: string): void;
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
  const width = getWidth(stdout);
  const verbatim = (text: string): void => {
    if (!json) stdout.write(`${erase}${text}\n`);
  };
  return {
    json,
    colors: createOutputColors(stdout, env),
    width,
    line: (text = '') => verbatim(fitText(text, width)),
    verbatim,
    transient: (text) => {
      if (live) stdout.write(`${erase}${shorten(text, width - 1)}`);
    },
    note: (text) => {
      if (live) stdout.write(erase);
      stderr.write(`${fitText(text, getWidth(stderr))}\n`);
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

/** The width of a terminal. Unlimited if the stream is no terminal, because programs read whole lines. */
export const getWidth = ({ isTTY, columns }: OutputStream): number =>
  isTTY === true ? Math.max(columns || 80, narrowest) : Number.POSITIVE_INFINITY;

/** The smallest width that is used. On fewer columns, no output is readable. */
const narrowest = 20;

/** The width of a text on the screen, in columns. Colors take none. */
export const widthOf = (text: string): number => measureWidth(text);

/**
 * The text with line breaks, so that no line exceeds the width. A continued line is indented as its beginning. A word
 * that is longer than a line, such as an ARN, stays whole: then people can copy it.
 */
export const fitText = (text: string, width: number): string =>
  text
    .split('\n')
    .flatMap((line) => fitLine(line, width))
    .join('\n');

function fitLine(line: string, width: number): readonly string[] {
  if (widthOf(line) <= width) return [line];
  const text = line.trimStart();
  const blanks = Math.min(line.length - text.length, Math.floor(width / 2));
  // After a mark such as `✓` or `-`, continued lines are aligned with the text after the mark.
  const hanging = /^[^\w\s] /.test(stripVTControlCharacters(text)) ? 2 : 0;
  return wrapText(text, width - blanks - hanging).map(
    (part, index) => ' '.repeat(blanks + (index === 0 ? 0 : hanging)) + part,
  );
}

/** Cuts the end of a text, so that it has at most `width` columns. `…` marks the cut. Only for text without colors. */
export const shorten = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(width - 1, 0))}…`;

/** Cuts the front of a text, so that it has at most `width` columns. */
export const getTail = (text: string, width: number): string =>
  text.length <= width ? text : `…${text.slice(text.length - Math.max(width - 1, 0))}`;

/**
 * A text as lines of at most `width` columns, broken at blanks. All lines except the first are indented. A longer word
 * has a line of its own.
 */
export function wrapText(text: string, width: number, indent = ''): readonly string[] {
  const flat = text.replace(/\s*\n\s*/g, ' ');
  if (widthOf(flat) <= width) return [flat];
  const [first = '', ...others] = wrapWords(flat, width);
  if (indent === '' || others.length === 0) return [first, ...others];
  return [first, ...wrapWords(others.join(' '), width - indent.length).map((line) => indent + line)];
}

/** A mark at the beginning, such as `+` or `✓`, stays on one line with the word after it. */
const wrapWords = (text: string, width: number): readonly string[] =>
  wrapAnsi(text.replace(/^([^\w\s]) /, `$1${noBreak}`), Math.max(width, 1), { hard: false, trim: true })
    .replace(noBreak, ' ')
    .split('\n');

const noBreak = '\u00a0';

/** Formats a number with separators, such as `1,579`. */
export const formatNumber = (value: number): string => value.toLocaleString('en-US');

/** `1 account`, `2 accounts`, `2 policies`. */
export const formatCount = (count: number, one: string, several = `${one}s`): string =>
  `${formatNumber(count)} ${count === 1 ? one : several}`;
