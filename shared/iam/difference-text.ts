import type { DifferenceLine, StatementDifference } from './difference.ts';
import { sortWideningFirst } from './difference.ts';
import type { Widening } from './widening.ts';

/** The signs that begin a statement. */
export const signs = { added: '+', removed: '-', changed: '~' } as const;

/** A printed line, without its indentation. */
export interface ShownLine {
  readonly sign: '+' | '-' | '~' | '!' | ' ';
  readonly text: string;
}

/** A printed statement: its name, its effect, and its lines. */
export interface ShownStatement {
  readonly head: ShownLine;
  /** For a changed statement: its effect and its actions. */
  readonly context: string;
  readonly lines: readonly ShownLine[];
}

/**
 * A difference for people. Only long lists of accounts are folded. Lines that give access are marked and come first, so
 * that readers see them at once.
 */
export function toShownStatement({ kind, label, widens, lines }: StatementDifference): ShownStatement {
  const mark = kind === 'changed' || widens === undefined ? '' : `  ! ${words[widens]} access`;
  return {
    head: { sign: signs[kind], text: `${signs[kind]} ${label}${mark}` },
    context: lines.find(({ sign }) => sign === ' ')?.text ?? '',
    lines: shownLines(lines.filter(({ sign }) => sign !== ' ')),
  };
}

/** The differences as plain text: the line of each statement, then its own lines. Empty for none. */
export const formatDifference = (differences: readonly StatementDifference[]): string =>
  differences
    .map(toShownStatement)
    .flatMap(({ head, context, lines }) => [
      head.text,
      ...(context === '' ? [] : [`      ${context}`]),
      ...lines.map(({ text }) => `    ${text}`),
    ])
    .join('\n');

const words: Readonly<Record<Widening, string>> = { yes: 'widens', maybe: 'may widen' };

/** Lists with more accounts are folded. A folded list shows this number of accounts. */
const maxAccounts = 12;

function shownLines(lines: readonly DifferenceLine[]): readonly ShownLine[] {
  const folded = foldedLines(lines);
  // Lines other than account lists are rarely expected, so they come before the lists.
  const single = folded.filter(({ isList }) => !isList);
  const ordered = sortWideningFirst([...single, ...folded.filter(({ isList }) => isList)]);
  return ordered.map(({ sign, text, widens }) =>
    widens === undefined
      ? { sign, text: `${sign} ${text}` }
      : { sign: '!', text: `! ${words[widens]}: ${sign} ${text}` },
  );
}

/** Lines that differ only in the account become one line if they are many. */
function foldedLines(lines: readonly DifferenceLine[]) {
  const groups = Map.groupBy(lines, (line) =>
    JSON.stringify([line.sign, line.widens, toLineTemplate(line.text)]),
  );
  return [...groups.values()].flatMap((group) => {
    const isList = group.length > maxAccounts;
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

/** A line with a placeholder for its account. The line itself if it never belongs to a list of accounts. */
export function toLineTemplate(text: string): string {
  const id = accountIn(text);
  return id === undefined ? text : text.replaceAll(wholeId, '<account>');
}

/** The only account of a line that may be folded. */
function accountIn(text: string): string | undefined {
  if (!foldable.test(text)) return undefined;
  const ids = new Set(text.match(wholeId));
  return ids.size === 1 ? [...ids][0] : undefined;
}

/**
 * An account as principal, a resource, or a value of a condition. Never an action, and no element that begins with
 * `Not`.
 */
const foldable = /^(Principal\.AWS (\d{12}|arn:[^:]*:iam::\d{12}:root)$|Resource |Condition )/;

/** Twelve digits that are a whole value, or a whole segment of an ARN or a path. */
const wholeId = /(?<![^:/ ])\d{12}(?![^:/])/g;
