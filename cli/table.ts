import { type Output, widthOf, wrapText } from './output.ts';

export interface TableLayout {
  /** Columns that a line should not exceed. Default: unlimited. */
  readonly width?: number;
  /** Default: two blanks. */
  readonly indent?: string;
}

/** Prints rows as aligned columns. On a narrow terminal, each row takes several lines. */
export function printTable(out: Output, rows: readonly (readonly string[])[]): void {
  for (const row of alignColumns(rows, { width: out.width })) out.line(row);
}

/**
 * Rows as aligned columns, two blanks apart. If there is too little room, the last column is wrapped. If that column
 * would become too narrow, the cells of each row follow one another, on as many lines as they need. No cell is cut.
 * @returns a text for each row, which may have line breaks
 */
export function alignColumns(
  rows: readonly (readonly string[])[],
  { width = Number.POSITIVE_INFINITY, indent = '  ' }: TableLayout = {},
): readonly string[] {
  const widths = measureColumns(rows);
  if (indent.length + sum(widths) + 2 * (widths.length - 1) <= width)
    return rows.map((row) => alignRow(row, widths, indent));
  const start = indent.length + sum(widths.slice(0, -1)) + 2 * (widths.length - 1);
  if (widths.length > 1 && width - start >= readableColumn)
    return rows.map((row) => wrapLastCell(row, { widths, indent, start, width }));
  return rows.map((row) => flowCells(row, width, indent));
}

/** A column with fewer characters is hard to read. */
const readableColumn = 24;

function measureColumns(rows: readonly (readonly string[])[]): readonly number[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
  return widths;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** The last column is not padded. */
const alignRow = (row: readonly string[], widths: readonly number[], indent: string): string =>
  `${indent}${row.map((cell, index) => cell + ' '.repeat((widths[index] ?? 0) - widthOf(cell))).join('  ')}`.trimEnd();

interface WrappedColumn {
  readonly widths: readonly number[];
  readonly indent: string;
  /** Where the last column begins. */
  readonly start: number;
  readonly width: number;
}

function wrapLastCell(row: readonly string[], { widths, indent, start, width }: WrappedColumn): string {
  const last = widths.length - 1;
  const [first = '', ...others] = wrapText(row[last] ?? '', width - start);
  const cells = [...row.slice(0, last), ...(row.length > last ? [first] : [])];
  return [alignRow(cells, widths, indent), ...others.map((line) => ' '.repeat(start) + line)].join('\n');
}

/** The cells one after the other. A cell that does not fit begins a new line, which is indented further. */
function flowCells(row: readonly string[], width: number, indent: string): string {
  const further = `${indent}    `;
  const lines: string[] = [];
  let line = indent;
  for (const cell of row.filter((each) => widthOf(each) > 0)) {
    const isFirst = line.trim() === '';
    if (isFirst || widthOf(line) + 2 + widthOf(cell) <= width) {
      line = isFirst ? line + cell : `${line}  ${cell}`;
      continue;
    }
    lines.push(line);
    line = further + cell;
  }
  return [...lines, line]
    .flatMap((each, index) => wrapIndented(each, width, index === 0 ? indent : further, further))
    .map((each) => each.trimEnd())
    .join('\n');
}

const wrapIndented = (line: string, width: number, first: string, further: string): readonly string[] =>
  wrapText(line.slice(first.length), width - first.length, further.slice(first.length)).map(
    (part) => first + part,
  );
