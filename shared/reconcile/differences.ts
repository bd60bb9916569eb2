import {
  type DifferenceLine,
  diffPolicies,
  type StatementDifference,
  sortWideningFirst,
} from '../iam/difference.ts';
import { toLineTemplate } from '../iam/difference-text.ts';
import type { PolicyDocument } from '../iam/document.ts';

/**
 * The policy documents of a resource by their names, as a grant kind reads them or a run record stores them. Null or
 * undefined for a document that does not exist.
 */
export type NamedDocuments = Readonly<Record<string, unknown>>;

/**
 * The differences between two states of a resource, over all of its documents. Meaning is compared, not text.
 * Differences that widen access come first.
 */
export function diffDocuments(
  before: NamedDocuments = {},
  after: NamedDocuments = {},
): readonly StatementDifference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return sortWideningFirst(
    names.flatMap((name) => diffPolicies(documentIn(before, name), documentIn(after, name))),
  );
}

const documentIn = (documents: NamedDocuments, name: string): PolicyDocument | undefined =>
  (documents[name] ?? undefined) as PolicyDocument | undefined;

/** Whether a difference mentions one of the accounts. */
export const mentions = (
  differences: readonly StatementDifference[],
  ...accountIds: readonly string[]
): boolean => differences.some(({ lines }) => lines.some(isAbout(accountIds)));

/**
 * The part of a difference that concerns the given accounts. Statements stay if they name one of these accounts, or no
 * account at all. Lists of accounts are shortened to these accounts. Actions, conditions and wildcards stay whole,
 * because they apply to every account of a statement.
 */
export const filterConcerning = (
  differences: readonly StatementDifference[],
  ...accountIds: readonly string[]
): readonly StatementDifference[] =>
  differences
    .filter((each) => mentions([each], ...accountIds) || givesByMore(each))
    .map((each) => ({ ...each, lines: withoutOthers(each.lines, isAbout(accountIds)) }));

type Test = (line: DifferenceLine) => boolean;

function withoutOthers(lines: readonly DifferenceLine[], isOwn: Test): readonly DifferenceLine[] {
  const lists = new Set(lines.filter(isOwn).map(({ text }) => toLineTemplate(text)));
  return lines.filter((line) => isOwn(line) || !lists.has(toLineTemplate(line.text)));
}

const isAbout =
  (accountIds: readonly string[]): Test =>
  ({ sign, text }) =>
    sign !== ' ' && accountIds.some((id) => text.includes(id));

const givesByMore = ({ lines }: StatementDifference): boolean =>
  lines.some(({ widens, text }) => widens !== undefined && toLineTemplate(text) === text);
