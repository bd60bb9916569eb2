import { hashCanonically } from '../configuration/context.ts';
import type { GrantKind } from '../grants/contract.ts';
import type { PolicyDocument, Statement } from '../iam/document.ts';
import { canonicalKey } from '../iam/equality.ts';
import { installationOf } from '../iam/managed-statements.ts';
import { labelStatement } from '../iam/statement-label.ts';
import { compareByText } from '../platform/order.ts';
import type { UnmanagedStatement } from '../store/ports.ts';

type Documents = ReturnType<GrantKind['toDocuments']>;

/** A change of an unmanaged statement since the last run. */
export interface UnmanagedChange {
  readonly kind: 'appeared' | 'changed' | 'vanished';
  /**
   * The Sid, or a short description such as `Allow s3:GetObject`. Empty if the table has no label for it, because the
   * resource has too many statements.
   */
  readonly label: string;
}

/**
 * How many labels are stored for a resource, and how long a label may be. A policy can have hundreds of statements, but
 * an item in DynamoDB has at most 400 KB.
 */
const maxStatements = { labels: 100, characters: 64 };

/**
 * The label for a change of a policy's `Version` or `Id`. A changed `Version` can change what unmanaged statements
 * mean.
 */
const headLabel = 'Version or Id of the policy';

/** The unmanaged statements of a resource, ordered, in the form that the table stores. */
export function listUnmanagedStatements(
  documents: Documents,
  installationId: string,
): readonly UnmanagedStatement[] {
  const statements = Object.entries(documents).flatMap(([name, document]) =>
    listUnmanaged(document, installationId).map((statement) => ({
      digest: hashCanonically([name, canonicalKey(statement)]).slice(0, 16),
      label: shortened(labelStatement(statement)),
    })),
  );
  const ordered = statements.toSorted(byDigest);
  const labeled = ordered.map(({ digest, label }, index) => ({
    digest,
    label: index < maxStatements.labels ? label : '',
  }));
  return [...labeled, ...listHeads(documents, installationId)].sort(byDigest);
}

const byDigest = compareByText(({ digest }: UnmanagedStatement) => digest);

const listUnmanaged = (document: PolicyDocument | undefined, installationId: string): readonly Statement[] =>
  (document?.Statement ?? []).filter(({ Sid }) => installationOf(Sid) !== installationId);

const listHeads = (documents: Documents, installationId: string): readonly UnmanagedStatement[] =>
  Object.entries(documents)
    .filter(([, document]) => listUnmanaged(document, installationId).length > 0)
    .map(([name, document]) => ({
      digest: hashCanonically([name, 'head', document?.Version ?? null, document?.Id ?? null]).slice(0, 16),
      label: headLabel,
    }));

/** Whether two ordered lists contain equal statements. */
export const hasSameStatements = (
  one: readonly UnmanagedStatement[],
  other: readonly UnmanagedStatement[],
): boolean => one.map(({ digest }) => digest).join() === other.map(({ digest }) => digest).join();

const shortened = (label: string): string =>
  label.length <= maxStatements.characters ? label : `${label.slice(0, maxStatements.characters - 1)}…`;

/**
 * Lists statements that were added, changed or removed. A removed and an added statement with the same label count as
 * one changed statement.
 */
export function diffUnmanagedStatements(
  left: readonly UnmanagedStatement[],
  now: readonly UnmanagedStatement[],
): readonly UnmanagedChange[] {
  const gone = without(left, now);
  const come = without(now, left);
  const labels = [...new Set([...gone, ...come].map(({ label }) => label))].sort();
  const changes = labels.flatMap((label) => changesOf(label, countOf(gone, label), countOf(come, label)));
  // A new document adds an entry for its `Version` and `Id`, and a removed document removes it. That is no news,
  // because the statements themselves are listed. So only a change is reported.
  return changes.filter(({ kind, label }) => label !== headLabel || kind === 'changed');
}

function changesOf(label: string, gone: number, come: number): readonly UnmanagedChange[] {
  const changed = label === '' ? 0 : Math.min(gone, come);
  return [
    ...times(changed, { kind: 'changed', label }),
    ...times(gone - changed, { kind: 'vanished', label }),
    ...times(come - changed, { kind: 'appeared', label }),
  ];
}

const times = (count: number, change: UnmanagedChange): readonly UnmanagedChange[] =>
  Array.from({ length: count }, () => change);

const countOf = (statements: readonly UnmanagedStatement[], wanted: string): number =>
  statements.filter(({ label }) => label === wanted).length;

/** Removes the second list's statements from the first list. A statement that occurs twice must be removed twice. */
function without(
  statements: readonly UnmanagedStatement[],
  others: readonly UnmanagedStatement[],
): readonly UnmanagedStatement[] {
  const left = new Map<string, number>();
  for (const { digest } of others) left.set(digest, (left.get(digest) ?? 0) + 1);
  return statements.filter(({ digest }) => {
    const count = left.get(digest) ?? 0;
    left.set(digest, count - 1);
    return count <= 0;
  });
}
