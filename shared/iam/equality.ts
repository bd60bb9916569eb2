import { memoizeByObject } from '../platform/memoize.ts';
import { defaultVersion, type PolicyDocument, type Statement } from './document.ts';
import { normalizeStatement } from './normalize.ts';

/** Whether two statements mean the same, Sid included. */
export const isSameStatement = (a: Statement, b: Statement): boolean =>
  a === b || canonicalKey(a) === canonicalKey(b);

/**
 * Whether two documents mean the same. Statements are a set; `Version` counts, because it decides what `${…}`
 * means, and `Id` counts. `undefined` is "no policy", which only equals itself.
 */
export function isSamePolicy(a: PolicyDocument | undefined, b: PolicyDocument | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return canonicalDocumentKey(a) === canonicalDocumentKey(b);
}

/** A text that two statements share exactly if they mean the same; for maps and sets. */
export const canonicalKey = memoizeByObject((statement: Statement): string =>
  JSON.stringify(normalizeStatement(statement)),
);

const canonicalDocumentKey = memoizeByObject(
  ({ Version = defaultVersion, Id, Statement }: PolicyDocument): string =>
    JSON.stringify([Version, Id, [...new Set(Statement.map(canonicalKey))].sort()]),
);
