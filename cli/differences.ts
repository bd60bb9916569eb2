import {
  type DifferenceLine,
  policyDifference,
  type StatementDifference,
} from '../shared/policy/difference.ts';
import type { PolicyDocument } from '../shared/policy/document.ts';
import type { ResourceChange } from '../shared/store/ports.ts';
import { type Colors, shortened } from './output.ts';

/** More lines of one statement say nothing new: a hundred accounts look alike. */
const mostLines = 12;

/** What changed in all documents of a resource, by meaning. */
export function differencesOf({ before = {}, after = {} }: ResourceChange): readonly StatementDifference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => policyDifference(documentIn(before, name), documentIn(after, name)));
}

const documentIn = (documents: Readonly<Record<string, unknown>>, name: string): PolicyDocument | undefined =>
  (documents[name] ?? undefined) as PolicyDocument | undefined;

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
  bySign(colors, sign)(shortened(`${sign} ${text}`, width));

export const signs = { added: '+', removed: '-', changed: '~' } as const;

export function bySign(colors: Colors, sign: string): (text: string) => string {
  if (sign === '+') return colors.green;
  if (sign === '-') return colors.red;
  return sign === '~' ? colors.yellow : String;
}
