import { formatNumber, type Output } from './output.ts';

/** How many rows without anything to do for an operator are shown in each list. */
const maxQuiet = 20;

interface Folded<Row> {
  readonly shown: readonly Row[];
  readonly hidden: number;
}

/** Shortens a long list. Only rows that need no attention of an operator are hidden. */
export function foldQuiet<Row>(rows: readonly Row[], isQuiet: (row: Row) => boolean): Folded<Row> {
  let quiet = 0;
  const shown = rows.filter((row) => {
    if (!isQuiet(row)) return true;
    quiet += 1;
    return quiet <= maxQuiet;
  });
  return { shown, hidden: rows.length - shown.length };
}

/** Prints how many rows are not shown, and the option that shows them. Prints nothing if all are shown. */
export function printHidden(out: Output, hidden: number, what: string): void {
  if (hidden > 0) out.line(`  … and ${formatNumber(hidden)} more ${what}; --json shows all`);
}
