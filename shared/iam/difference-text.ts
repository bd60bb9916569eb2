import { type AccountNames, formatAccountId, noAccountNames } from '../platform/account.ts';
import type { DifferenceLine, StatementDifference } from './difference.ts';
import { sortWideningFirst } from './difference.ts';
import type { Widening } from './widening.ts';

/** The sign in front of a statement in a printed difference. */
export const signs = { added: '+', removed: '-', changed: '~' } as const;

/** A printed line, without its indentation. */
export interface ShownLine {
  readonly sign: '+' | '-' | '~' | '!' | ' ';
  readonly text: string;
}

/** A statement as it is printed: its sign, its name, its effect, and its lines. */
export interface ShownStatement {
  readonly head: ShownLine;
  /** The effect and the actions of a changed statement, because the changed lines may not contain them. */
  readonly context: string;
  readonly lines: readonly ShownLine[];
}

export interface DifferenceDetail {
  /** Whether nothing is folded. Default: false. */
  readonly full?: boolean;
  /** The names of accounts, which are printed beside their ids. Default: none is known. */
  readonly names?: AccountNames;
  /** The option that shows a folded list in full, such as `--full`. Default: the text names none. */
  readonly unfoldedBy?: string;
}

/**
 * A difference in the form that is printed. Long lists of accounts are shortened, and nothing else is. With `full`,
 * nothing is shortened. Lines that give access are marked, and come first.
 */
export function toShownStatement(
  { kind, label, widens, lines }: StatementDifference,
  detail: DifferenceDetail = {},
): ShownStatement {
  const mark = kind === 'changed' || widens === undefined ? '' : `  ! ${words[widens]} access`;
  return {
    head: { sign: signs[kind], text: `${signs[kind]} ${label}${mark}` },
    context: lines.find(({ sign }) => sign === ' ')?.text ?? '',
    lines: shownLines(
      lines.filter(({ sign }) => sign !== ' '),
      detail,
    ),
  };
}

/**
 * The differences as plain text. Each statement has a line of its own, followed by its changed lines. Empty if there
 * are none.
 */
export const formatDifference = (
  differences: readonly StatementDifference[],
  detail: DifferenceDetail = {},
): string =>
  differences
    .map((difference) => toShownStatement(difference, detail))
    .flatMap(({ head, context, lines }) => [
      head.text,
      ...(context === '' ? [] : [`      ${context}`]),
      ...lines.map(({ text }) => `    ${text}`),
    ])
    .join('\n');

const words: Readonly<Record<Widening, string>> = { yes: 'widens', maybe: 'may widen' };

/** A list with more accounts than this is shortened to this number of accounts. */
const maxAccounts = 12;

function shownLines(lines: readonly DifferenceLine[], detail: DifferenceDetail): readonly ShownLine[] {
  const folded = foldedLines(lines, detail);
  // Lines that are no account lists come first, because they are more surprising.
  const single = folded.filter(({ isList }) => !isList);
  const ordered = sortWideningFirst([...single, ...folded.filter(({ isList }) => isList)]);
  return ordered.map(({ sign, text, widens }) =>
    widens === undefined
      ? { sign, text: `${sign} ${text}` }
      : { sign: '!', text: `! ${words[widens]}: ${sign} ${text}` },
  );
}

/** Replaces many lines that differ only in the account by one line with a shortened list. */
function foldedLines(lines: readonly DifferenceLine[], detail: DifferenceDetail) {
  const { full = false, names = noAccountNames } = detail;
  const groups = Map.groupBy(lines, (line) =>
    JSON.stringify([line.sign, line.widens, toLineTemplate(line.text)]),
  );
  return [...groups.values()].flatMap((group) => {
    const isList = !full && group.length > maxAccounts;
    if (isList) return [folded(group, detail)];
    return group.map((line) => ({ ...line, text: addAccountNames(line.text, names), isList }));
  });
}

function folded(group: readonly DifferenceLine[], { names = noAccountNames, unfoldedBy }: DifferenceDetail) {
  const [first = { sign: ' ' as const, text: '' }] = group;
  const ids = group.map(({ text }) => accountIn(text) ?? '');
  const shown = ids
    .slice(0, maxAccounts)
    .map((id) => formatAccountId(id, names))
    .join(', ');
  const option = unfoldedBy === undefined ? '' : `; ${unfoldedBy} shows all`;
  const text = `${toLineTemplate(first.text)} for ${ids.length} accounts: ${shown} … and ${ids.length - maxAccounts} more${option}`;
  return { ...first, text, isList: true };
}

/** The accounts in a policy's value or an ARN, each once. */
export const listAccountIds = (text: string): readonly string[] => [...new Set(text.match(wholeId))];

/** Adds the names of the accounts in a line: `Principal.AWS 555566667777 (orders-production)`. */
export function addAccountNames(text: string, names: AccountNames): string {
  const found = listAccountIds(text).flatMap((id) => names(id) ?? []);
  return found.length === 0 ? text : `${text} (${found.join(', ')})`;
}

/** The line with a placeholder instead of its account. Unchanged if the line never belongs to a list of accounts. */
export function toLineTemplate(text: string): string {
  const id = accountIn(text);
  return id === undefined ? text : text.replaceAll(wholeId, '<account>');
}

/** The account in a line. `undefined` if there is none or more than one, or if the line must not be shortened. */
function accountIn(text: string): string | undefined {
  if (!foldable.test(text)) return undefined;
  const ids = new Set(text.match(wholeId));
  return ids.size === 1 ? [...ids][0] : undefined;
}

/**
 * Lines that may become a part of a shortened list: an account as principal, a resource, or a value of a condition.
 * Actions, and elements that begin with `Not`, are always printed.
 */
const foldable = /^(Principal\.AWS (\d{12}|arn:[^:]*:iam::\d{12}:root)$|Resource |Condition )/;

/** Twelve digits that are a whole value, or a whole segment of an ARN or a path. */
const wholeId = /(?<![^:/ ])\d{12}(?![^:/])/g;
