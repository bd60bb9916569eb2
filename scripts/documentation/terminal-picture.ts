import { type Color, createAnsiSequenceParser, type ParseToken } from 'ansi-sequence-parser';

/** A line of a terminal, with its ANSI sequences. */
export interface TerminalLine {
  readonly text: string;
  /** Seconds from the line before to this line. */
  readonly pause: number;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
  /** How long the last line stays before the picture begins again. */
  readonly secondsAtEnd: number;
  /** What a screen reader says. */
  readonly title: string;
}

/** Pixels. The width of a character is that of common fixed-width fonts of this size. */
const character = { width: 7.25, height: 17, fontSize: 12 };
const margin = 14;

/**
 * A picture in SVG of a terminal that prints the lines one after the other, from the bottom. It moves by CSS alone, so it also
 * plays as an image on a page. Where a reader prefers less motion, it shows the last lines. Pure.
 */
export function drawTerminal(lines: readonly TerminalLine[], size: TerminalSize): string {
  const { columns, rows, secondsAtEnd, title } = size;
  const width = Math.ceil(columns * character.width + 2 * margin);
  const height = rows * character.height + 2 * margin;
  const parser = createAnsiSequenceParser();
  const drawn = lines.map(({ text }, index) => drawLine(parser.parse(text), index));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${escapeXml(title)}">`,
    `<style>${listStyles(lines, rows, secondsAtEnd)}</style>`,
    `<rect width="${width}" height="${height}" rx="8" fill="#1b1f27"/>`,
    `<clipPath id="screen"><rect x="${margin}" y="${margin}" width="${width - 2 * margin}" height="${rows * character.height}"/></clipPath>`,
    `<g clip-path="url(#screen)"><g transform="translate(${margin} ${margin})"><g class="lines">`,
    ...drawn.filter((line) => line !== ''),
    '</g></g></g>',
    '</svg>',
    '',
  ].join('\n');
}

function listStyles(lines: readonly TerminalLine[], rows: number, secondsAtEnd: number): string {
  const offset = (printed: number) => `translateY(${(rows - printed) * character.height}px)`;
  const total = lines.reduce((sum, { pause }) => sum + pause, secondsAtEnd);
  let at = 0;
  const frames = lines.map(({ pause }, index) => {
    at += pause;
    return `${((100 * at) / total).toFixed(2)}%{transform:${offset(index + 1)}}`;
  });
  return [
    `text{font:${character.fontSize}px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#d7dce5;white-space:pre}`,
    `.lines{transform:${offset(lines.length)};animation:print ${total.toFixed(2)}s step-end infinite}`,
    `@keyframes print{0%{transform:${offset(0)}}${frames.join('')}100%{transform:${offset(lines.length)}}}`,
    '@media (prefers-reduced-motion:reduce){.lines{animation:none}}',
  ].join('');
}

function drawLine(tokens: readonly ParseToken[], index: number): string {
  const spans = tokens.filter(({ value }) => value !== '').map(drawToken);
  const y = (index + 0.75) * character.height;
  return spans.length === 0 ? '' : `<text y="${y}" xml:space="preserve">${spans.join('')}</text>`;
}

function drawToken({ value, foreground, decorations }: ParseToken): string {
  const attributes = [
    ...(foreground === null ? [] : [`fill="${getFill(foreground)}"`]),
    ...(decorations.has('bold') ? ['font-weight="bold"'] : []),
    ...(decorations.has('dim') ? ['opacity="0.65"'] : []),
  ];
  return attributes.length === 0
    ? escapeXml(value)
    : `<tspan ${attributes.join(' ')}>${escapeXml(value)}</tspan>`;
}

/** The colors that the command line uses. */
const fills: Readonly<Record<string, string>> = {
  red: '#ff7b72',
  green: '#7ee787',
  yellow: '#e3b341',
  cyan: '#79c0ff',
};

function getFill(color: Color): string {
  const fill = color.type === 'named' ? fills[color.name] : undefined;
  if (fill === undefined) throw new TypeError(`The picture has no color for ${JSON.stringify(color)}.`);
  return fill;
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
