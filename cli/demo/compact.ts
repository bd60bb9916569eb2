import type { Configuration } from '../../shared/configuration/schema.ts';
import { getGrantKind } from '../../shared/grants/kinds.ts';
import type { StatementDifference } from '../../shared/iam/difference.ts';
import { signs } from '../../shared/iam/difference-text.ts';
import { getOutcome } from '../../shared/reconcile/outcome.ts';
import type { ResourceChange } from '../../shared/store/ports.ts';
import { getColorOfSign, getDifferences } from '../differences.ts';
import { type Colors, getTail, type Output, shorten } from '../output.ts';
import { splitResourceKey } from '../run-report.ts';
import { alignColumns } from '../table.ts';

const idWidth = 24;
const labelWidth = 26;
const factWidth = 41;

/** One line for each changed statement, with the name of the resource first. On a terminal of 100 columns, each takes one line. */
export function compactDifferences(
  changes: readonly ResourceChange[],
  { installation }: Configuration,
  { colors, width }: Pick<Output, 'colors' | 'width'>,
): readonly string[] {
  const mark = `AccountOnboarding${installation}`;
  const rows = changes
    .filter((change) => getOutcome(change) !== 'unchanged')
    .flatMap((change) =>
      getDifferences(change).map((difference, index) => [
        index === 0 ? colors.bold(shorten(nameOf(change), idWidth)) : '',
        ...statementCells(difference, mark, colors),
      ]),
    );
  return alignColumns(rows, { width, indent: '    ' });
}

/** The name of a resource. Of the id of a key, the first part is enough. */
function nameOf({ resource }: ResourceChange): string {
  const { kind, id } = splitResourceKey(resource);
  return getGrantKind(kind).resourceType === 'key' ? `key ${id.split('-')[0]}…` : id;
}

function statementCells(
  { kind, label, lines }: StatementDifference,
  mark: string,
  colors: Colors,
): readonly string[] {
  const facts = lines.filter(({ sign }) => sign !== ' ');
  const sign = kind === 'changed' ? (facts[0]?.sign ?? '~') : signs[kind];
  const color = getColorOfSign(colors, sign);
  const resource = facts.find(({ text }) => text.startsWith('Resource '));
  const shown = factText((resource ?? facts.at(-1))?.text ?? '');
  const others = facts.length > 1 ? ` +${facts.length - 1}` : '';
  const name = shorten(label.replace(mark, ''), labelWidth);
  return [
    color(`${sign} ${name}`),
    `${color(getTail(shown, factWidth - others.length))}${colors.dim(others)}`,
  ];
}

/**
 * `Condition StringEquals aws:SourceAccount 5555…` → `aws:SourceAccount 5555…`. A long one is shortened to its value.
 */
function factText(text: string): string {
  const short = text
    .replace(/^Condition \w+ /, '')
    .replace(/^Principal\.AWS /, 'account ')
    .replace(/^Resource arn:[^:]*:\w+:::?/, '')
    .replace(/ arn:[^:]*:/, ' ');
  return short.length <= factWidth ? short : (short.split(' ').at(-1) ?? short);
}
