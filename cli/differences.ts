import { documentsDifference } from '../shared/plan/differences.ts';
import type { DifferenceLine, StatementDifference } from '../shared/policy/difference.ts';
import type { ResourceChange } from '../shared/store/ports.ts';
import { type Colors, squeezed } from './output.ts';

/** More lines of one statement say nothing new: a hundred accounts look alike. */
const mostLines = 12;

/** What changed in all documents of a resource, by meaning. */
export const differencesOf = ({ before, after }: ResourceChange): readonly StatementDifference[] =>
  documentsDifference(before, after);

/** The differences as lines, a statement's description beside its Sid; colours by sign. */
export const differenceLines = (
  differences: readonly StatementDifference[],
  { colors, width }: { colors: Colors; width: number },
): readonly string[] =>
  differences.flatMap(({ kind, label, lines }) => {
    const description = lines.find(({ sign }) => sign === ' ')?.text ?? '';
    const facts = lines.filter(({ sign }) => sign !== ' ');
    return [
      `${bySign(colors, signs[kind])(`${signs[kind]} ${label}`)}  ${colors.dim(description)}`.trimEnd(),
      ...facts.slice(0, mostLines).map((line) => `    ${factLine(line, colors, width - 4)}`),
      ...(facts.length > mostLines ? [colors.dim(`    … and ${facts.length - mostLines} more`)] : []),
    ];
  });

const factLine = ({ sign, text }: DifferenceLine, colors: Colors, width: number): string =>
  bySign(colors, sign)(squeezed(`${sign} ${text}`, width));

export const signs = { added: '+', removed: '-', changed: '~' } as const;

export function bySign(colors: Colors, sign: string): (text: string) => string {
  if (sign === '+') return colors.green;
  if (sign === '-') return colors.red;
  return sign === '~' ? colors.yellow : String;
}
