import type { StatementDifference } from '../shared/iam/difference.ts';
import {
  type DifferenceDetail,
  type ShownLine,
  type ShownStatement,
  toShownStatement,
} from '../shared/iam/difference-text.ts';
import { diffDocuments } from '../shared/reconcile/differences.ts';
import type { ResourceChange } from '../shared/store/ports.ts';
import { type Colors, wrapText } from './output.ts';

/** The differences in all documents of a resource. Meaning is compared, not text. */
export const getDifferences = ({ before, after }: ResourceChange): readonly StatementDifference[] =>
  diffDocuments(before, after);

interface Screen extends DifferenceDetail {
  readonly colors: Colors;
  readonly width: number;
}

/** The differences as lines, with the description of a statement beside its Sid, and colors by sign. No line is cut. */
export const formatDifferences = (
  differences: readonly StatementDifference[],
  screen: Screen,
): readonly string[] =>
  differences.flatMap((difference) => statementLines(toShownStatement(difference, screen), screen));

const statementLines = ({ head, context, lines }: ShownStatement, screen: Screen): readonly string[] => [
  ...headLines(head, context, screen),
  ...lines.flatMap((line) =>
    colored(line, { ...screen, width: screen.width - 4 }).map((text) => `    ${text}`),
  ),
];

/** The heading of a statement and its context: on one line if there is room, otherwise on several. */
function headLines(head: ShownLine, context: string, screen: Screen): readonly string[] {
  const { colors, width } = screen;
  const first = colored(head, screen);
  if (context === '') return first;
  if (first.length === 1 && head.text.length + 2 + context.length <= width)
    return [`${first[0]}  ${colors.dim(context)}`];
  return [...first, ...wrapText(context, width - 4).map((line) => `    ${colors.dim(line)}`)];
}

const colored = ({ sign, text }: ShownLine, { colors, width }: Screen): readonly string[] =>
  wrapText(text, width, '  ').map(getColorOfSign(colors, sign));

export function getColorOfSign(colors: Colors, sign: string): (text: string) => string {
  if (sign === '+') return colors.green;
  if (sign === '-') return colors.red;
  if (sign === '!') return (text) => colors.bold(colors.yellow(text));
  return sign === '~' ? colors.yellow : String;
}
