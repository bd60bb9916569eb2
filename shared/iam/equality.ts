import { perObject } from '../platform/memoize.ts';
import { defaultVersion, type PolicyDocument, type Statement } from './document.ts';
import { normalizeStatement } from './normalize.ts';

/** Whether two statements mean the same, Sid included. */
export const sameStatement = (a: Statement, b: Statement): boolean => a === b || meaning(a) === meaning(b);

/**
 * Whether two documents mean the same. Statements are a set; `Version` counts, because it decides what `${…}`
 * means, and `Id` counts. `undefined` is "no policy", which only equals itself.
 */
export function samePolicy(a: PolicyDocument | undefined, b: PolicyDocument | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return documentMeaning(a) === documentMeaning(b);
}

/** A text that two statements share exactly if they mean the same; for maps and sets. */
export const meaning = perObject((statement: Statement): string =>
  JSON.stringify(normalizeStatement(statement)),
);

const documentMeaning = perObject(({ Version = defaultVersion, Id, Statement }: PolicyDocument): string =>
  JSON.stringify([Version, Id, [...new Set(Statement.map(meaning))].sort()]),
);
