import { type Output, wrapText } from './output.ts';

/** Columns of a warning. Longer lines are hard to read, and the logs of pipelines cut them. */
const readableWidth = 100;

export const getReadableWidth = ({ width }: Output): number => Math.min(width, readableWidth);

/** Prints each warning as a paragraph. */
export function printWarnings(out: Output, warnings: readonly string[]): void {
  if (warnings.length === 0) return;
  out.line();
  out.line(out.colors.bold('Warnings'));
  for (const warning of warnings) {
    const [first = '', ...others] = warning
      .split('\n')
      .flatMap((line) => wrapText(line.trim(), getReadableWidth(out) - 4));
    out.line(`  ${out.colors.yellow('!')} ${first}`);
    for (const line of others) out.line(`    ${line}`);
  }
}
