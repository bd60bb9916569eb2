import type { DifferenceLine, StatementDifference } from './difference.ts';
import { sortWideningFirst } from './difference.ts';
import type { Widening } from './widening.ts';

/** The sign in front of a printed statement. */
export const signs = { added: '+', removed: '-', changed: '~' } as const;

/** A printed line, without its indentation. */
export interface ShownLine {
  readonly sign: '+' | '-' | '~' | '!' | ' ';
  readonly text: string;
}

/** A statement as it is printed: its sign, its name, its effect, and its lines. */
export interface ShownStatement {
  readonly head: ShownLine;
  /** For a changed statement: its effect and its actions, which the changed lines may not show. */
  readonly context: string;
  readonly lines: readonly ShownLine[];
}

/**
 * A difference in the form that people read. Long lists of accounts are folded, and nothing else is. With `full`,
 * nothing is folded. Lines that give access are marked and come first.
 */
export function toShownStatement(
  { kind, label, widens, lines }: StatementDifference,
  { full = false }: { readonly full?: boolean } = {},
): ShownStatement {
  const mark = kind === 'changed' || widens === undefined ? '' : `  ! ${words[widens]} access`;
  return {
    head: { sign: signs[kind], text: `${signs[kind]} ${label}${mark}` },
    context: lines.find(({ sign }) => sign === ' ')?.text ?? '',
    lines: shownLines(
      lines.filter(({ sign }) => sign !== ' '),
      full ? Number.POSITIVE_INFINITY : maxAccounts,
    ),
  };
}

/**
 * The differences as plain text. Each statement has a line of its own, followed by its changed lines. Empty if there
 * are none.
 */
export const formatDifference = (differences: readonly StatementDifference[]): string =>
  differences
    .map((difference) => toShownStatement(difference))
    .flatMap(({ head, context, lines }) => [
      head.text,
      ...(context === '' ? [] : [`      ${context}`]),
      ...lines.map(({ text }) => `    ${text}`),
    ])
    .join('\n');

const words: Readonly<Record<Widening, string>> = { yes: 'widens', maybe: 'may widen' };

/** A list of accounts is folded if it has more than this number. The folded list shows this number of accounts. */
const maxAccounts = 12;

function shownLines(lines: readonly DifferenceLine[], longest: number): readonly ShownLine[] {
  const folded = foldedLines(lines, longest);
  // Lines other than account lists come first, because readers do not expect them.
  const single = folded.filter(({ isList }) => !isList);
  const ordered = sortWideningFirst([...single, ...folded.filter(({ isList }) => isList)]);
  return ordered.map(({ sign, text, widens }) =>
    widens === undefined
      ? { sign, text: `${sign} ${text}` }
      : { sign: '!', text: `! ${words[widens]}: ${sign} ${text}` },
  );
}

/** Joins many lines that differ only in the account into one folded line. */
function foldedLines(lines: readonly DifferenceLine[], longest: number) {
  const groups = Map.groupBy(lines, (line) =>
    JSON.stringify([line.sign, line.widens, toLineTemplate(line.text)]),
  );
  return [...groups.values()].flatMap((group) => {
    const isList = group.length > longest;
    return isList ? [folded(group)] : group.map((line) => ({ ...line, isList }));
  });
}

function folded(group: readonly DifferenceLine[]) {
  const [first = { sign: ' ' as const, text: '' }] = group;
  const ids = group.map(({ text }) => accountIn(text) ?? '');
  const shown = ids.slice(0, maxAccounts).join(', ');
  const text = `${toLineTemplate(first.text)} for ${ids.length} accounts: ${shown} … and ${ids.length - maxAccounts} more`;
  return { ...first, text, isList: true };
}

/** The line with a placeholder instead of its account. Unchanged if the line never belongs to a list of accounts. */
export function toLineTemplate(text: string): string {
  const id = accountIn(text);
  return id === undefined ? text : text.replaceAll(wholeId, '<account>');
}

/** The account of a line, if it has exactly one and the line may be folded. */
function accountIn(text: string): string | undefined {
  if (!foldable.test(text)) return undefined;
  const ids = new Set(text.match(wholeId));
  return ids.size === 1 ? [...ids][0] : undefined;
}

/**
 * Lines that may be folded: an account as principal, a resource, or a value of a condition. Actions and elements that
 * begin with `Not` are always shown.
 */
const foldable = /^(Principal\.AWS (\d{12}|arn:[^:]*:iam::\d{12}:root)$|Resource |Condition )/;

/** Twelve digits that are a whole value, or a whole segment of an ARN or a path. */
const wholeId = /(?<![^:/ ])\d{12}(?![^:/])/g;
