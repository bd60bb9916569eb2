import { memoizeByObject } from '../platform/memoize.ts';
import { defaultVersion, type PolicyDocument, type Statement } from './document.ts';
import { normalizeStatement } from './normalize.ts';

/** Whether two statements mean the same and have one Sid. */
export const isSameStatement = (a: Statement, b: Statement): boolean =>
  a === b || canonicalKey(a) === canonicalKey(b);

/**
 * Whether two documents mean the same. The order of statements does not matter. `Version` matters, because it decides
 * what `${…}` means, and so does `Id`. `undefined` stands for no policy, and equals only `undefined`.
 */
export function isSamePolicy(a: PolicyDocument | undefined, b: PolicyDocument | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return canonicalDocumentKey(a) === canonicalDocumentKey(b);
}

/** A text that two statements share exactly if they mean the same. Used as a key of maps and sets. */
export const canonicalKey = memoizeByObject((statement: Statement): string =>
  JSON.stringify(normalizeStatement(statement)),
);

const canonicalDocumentKey = memoizeByObject(
  ({ Version = defaultVersion, Id, Statement }: PolicyDocument): string =>
    JSON.stringify([Version, Id, [...new Set(Statement.map(canonicalKey))].sort()]),
);
