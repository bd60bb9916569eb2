import { memoizeByObject } from '../platform/memoize.ts';
import { defaultVersion, type PolicyDocument, type Statement } from './document.ts';
import { normalizeStatement } from './normalize.ts';

/** Whether two statements have one meaning, Sid included. */
export const isSameStatement = (a: Statement, b: Statement): boolean =>
  a === b || canonicalKey(a) === canonicalKey(b);

/**
 * Whether two documents have one meaning. The order of statements does not count. `Version` counts, because it decides
 * the meaning of `${…}`, and `Id` counts. `undefined` means no policy, which only equals `undefined`.
 */
export function isSamePolicy(a: PolicyDocument | undefined, b: PolicyDocument | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return canonicalDocumentKey(a) === canonicalDocumentKey(b);
}

/** A text that two statements share exactly if they have one meaning; for maps and sets. */
export const canonicalKey = memoizeByObject((statement: Statement): string =>
  JSON.stringify(normalizeStatement(statement)),
);

const canonicalDocumentKey = memoizeByObject(
  ({ Version = defaultVersion, Id, Statement }: PolicyDocument): string =>
    JSON.stringify([Version, Id, [...new Set(Statement.map(canonicalKey))].sort()]),
);
