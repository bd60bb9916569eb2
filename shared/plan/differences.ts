import { type DifferenceLine, policyDifference, type StatementDifference } from '../policy/difference.ts';
import type { PolicyDocument } from '../policy/document.ts';

/** Documents by name, as a grant kind gives them or a record keeps them; one that is absent is null or undefined. */
export type NamedDocuments = Readonly<Record<string, unknown>>;

/** What differs between all documents of a resource, by meaning. */
export function documentsDifference(
  before: NamedDocuments = {},
  after: NamedDocuments = {},
): readonly StatementDifference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => policyDifference(documentIn(before, name), documentIn(after, name)));
}

const documentIn = (documents: NamedDocuments, name: string): PolicyDocument | undefined =>
  (documents[name] ?? undefined) as PolicyDocument | undefined;

/** Only what mentions one of the accounts, with what orients a reader. */
export const concerning = (
  differences: readonly StatementDifference[],
  ...accountIds: readonly string[]
): readonly StatementDifference[] =>
  differences
    .map((difference) => ({ ...difference, lines: difference.lines.filter(about(accountIds)) }))
    .filter(({ lines }) => lines.some(({ sign }) => sign !== ' '));

const about =
  (accountIds: readonly string[]) =>
  ({ sign, text }: DifferenceLine): boolean =>
    sign === ' ' || accountIds.some((id) => text.includes(id));
