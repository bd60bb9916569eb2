import { hashCanonically } from '../configuration/context.ts';
import type { GrantKind } from '../grants/contract.ts';
import type { PolicyDocument } from '../iam/document.ts';
import { canonicalKey } from '../iam/equality.ts';
import { installationOf, listManagedStatements } from '../iam/managed-statements.ts';
import { normalizePolicy } from '../iam/normalize.ts';

type Documents = ReturnType<GrantKind['toDocuments']>;

/** The same for two sets of documents exactly if they mean the same. */
export const digestDocuments = (documents: Documents): string =>
  hashCanonically(each(documents, normalizePolicy));

export interface PartDigests {
  readonly ownDigest: string;
  readonly foreignDigest: string;
}

/** What is kept of a resource after it was written, to tell later who has changed what. */
export interface LeftDigests extends PartDigests {
  /** For each Sid of ours. */
  readonly ownSids: Readonly<Record<string, string>>;
}

/** Digests of what is ours in a resource's documents, and of what is not. */
export const digestParts = (documents: Documents, installationId: string): PartDigests => ({
  ownDigest: hashCanonically(each(documents, (document) => statements(document, installationId, true))),
  foreignDigest: hashCanonically(each(documents, (document) => foreign(document, installationId))),
});

/** The same, and of each statement that is ours. */
export const digestLeftState = (documents: Documents, installationId: string): LeftDigests => ({
  ...digestParts(documents, installationId),
  ownSids: digestsBySid(documents, installationId),
});

/** A Sid can stand in several documents. Enough of each digest to tell two apart. */
function digestsBySid(documents: Documents, installationId: string): LeftDigests['ownSids'] {
  const own = Object.entries(documents).flatMap(([name, document]) =>
    listManagedStatements(document, installationId).map((statement) => ({ name, statement })),
  );
  const bySid = Map.groupBy(own, ({ statement }) => statement.Sid ?? '');
  return Object.fromEntries(
    [...bySid].map(([sid, of]) => [
      sid,
      hashCanonically(of.map(({ name, statement }) => `${name} ${canonicalKey(statement)}`).sort()).slice(
        0,
        16,
      ),
    ]),
  );
}

/** Nothing is noted of a document without a part: whether it is there then says nothing. */
const each = (documents: Documents, part: (document: PolicyDocument) => unknown): object =>
  Object.fromEntries(
    Object.entries(documents).flatMap(([name, document]) =>
      document === undefined ? [] : [[name, part(document)]],
    ),
  );

/** With the head, which decides what the statements mean. */
function foreign(document: PolicyDocument, installationId: string): unknown {
  const others = statements(document, installationId, false);
  return others && { version: document.Version, id: document.Id, others };
}

function statements(document: PolicyDocument, installationId: string, own: boolean) {
  const chosen = document.Statement.filter(({ Sid }) => (installationOf(Sid) === installationId) === own);
  return chosen.length === 0 ? undefined : chosen.map(canonicalKey).sort();
}
