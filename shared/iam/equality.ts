import { memoizeByObject } from '../platform/memoize.ts';
import { defaultVersion, type PolicyDocument, type Statement } from './document.ts';
import { normalizeStatement } from './normalize.ts';

/** Whether two statements mean the same and have the same Sid. */
export const isSameStatement = (a: Statement, b: Statement): boolean =>
  a === b || canonicalKey(a) === canonicalKey(b);

/**
 * Whether two documents mean the same. The order of statements does not matter. `Id` matters, and so does `Version`,
 * because it decides what `${…}` means. `undefined` stands for no policy, and is equal only to `undefined`.
 */
export function isSamePolicy(a: PolicyDocument | undefined, b: PolicyDocument | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return canonicalDocumentKey(a) === canonicalDocumentKey(b);
}

/** A string that is equal for two statements if, and only if, they mean the same. Used as a key of maps and sets. */
export const canonicalKey = memoizeByObject((statement: Statement): string =>
  JSON.stringify(normalizeStatement(statement)),
);

const canonicalDocumentKey = memoizeByObject(
  ({ Version = defaultVersion, Id, Statement }: PolicyDocument): string =>
    JSON.stringify([Version, Id, [...new Set(Statement.map(canonicalKey))].sort()]),
);
