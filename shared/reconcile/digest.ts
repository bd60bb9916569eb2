import { hashCanonically } from '../configuration/context.ts';
import type { GrantKind } from '../grants/contract.ts';
import type { PolicyDocument, Statement } from '../iam/document.ts';
import { canonicalKey } from '../iam/equality.ts';
import { listManagedStatements } from '../iam/managed-statements.ts';
import { normalizePolicy } from '../iam/normalize.ts';

type Documents = ReturnType<GrantKind['toDocuments']>;

/**
 * A digest of policy documents. Two states of a resource have the same digest if, and only if, their documents mean the
 * same.
 */
export const digestDocuments = (documents: Documents): string =>
  hashCanonically(each(documents, normalizePolicy));

/**
 * One digest for each Sid of the managed statements. If several documents have statements with one Sid, the digest
 * covers all of them.
 */
export function digestManagedStatements(
  documents: Documents,
  installationId: string,
): Readonly<Record<string, string>> {
  const managed = Object.entries(documents).flatMap(([name, document]) =>
    listManagedStatements(document, installationId).map((statement) => ({ name, statement })),
  );
  const bySid = Map.groupBy(managed, ({ statement }) => statement.Sid ?? '');
  return Object.fromEntries([...bySid].map(([sid, statements]) => [sid, digestStatements(statements)]));
}

interface NamedStatement {
  /** The name of the document that contains the statement. */
  readonly name: string;
  readonly statement: Statement;
}

/**
 * The first part of a digest, because the table has little room for each resource. This part is long enough to notice a
 * changed statement.
 */
const digestStatements = (statements: readonly NamedStatement[]): string =>
  hashCanonically(statements.map(({ name, statement }) => `${name} ${canonicalKey(statement)}`).sort()).slice(
    0,
    16,
  );

/** Sids whose statements were added, removed or changed between two sets of digests, ordered. */
export const listChangedSids = (
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): readonly string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((sid) => before[sid] !== after[sid])
    .sort();

const each = (documents: Documents, part: (document: PolicyDocument) => unknown): object =>
  Object.fromEntries(
    Object.entries(documents).flatMap(([name, document]) =>
      document === undefined ? [] : [[name, part(document)]],
    ),
  );
