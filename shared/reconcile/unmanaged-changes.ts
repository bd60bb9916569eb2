import { hashCanonically } from '../configuration/context.ts';
import type { GrantKind } from '../grants/contract.ts';
import { canonicalKey } from '../iam/equality.ts';
import { installationOf } from '../iam/managed-statements.ts';
import { labelStatement } from '../iam/statement-label.ts';
import { compareByText } from '../platform/order.ts';
import type { UnmanagedStatement } from '../store/ports.ts';

type Documents = ReturnType<GrantKind['toDocuments']>;

/** What became of an unmanaged statement since a resource was left. */
export interface UnmanagedChange {
  readonly kind: 'appeared' | 'changed' | 'vanished';
  /** The Sid, or a short description such as `Allow s3:GetObject`; empty for one of very many. */
  readonly label: string;
}

/** Bounds of what is kept: AWS's limits allow some hundred statements, and an item of the table may have 400 KB. */
const maxStatements = { labels: 100, characters: 64 };

/** The unmanaged statements of a resource's documents, as the table keeps them, ordered. */
export function listUnmanagedStatements(
  documents: Documents,
  installationId: string,
): readonly UnmanagedStatement[] {
  const all = Object.entries(documents).flatMap(([name, document]) =>
    (document?.Statement ?? [])
      .filter(({ Sid }) => installationOf(Sid) !== installationId)
      .map((statement) => ({
        digest: hashCanonically([name, canonicalKey(statement)]).slice(0, 16),
        label: shortened(labelStatement(statement)),
      })),
  );
  const ordered = all.toSorted(compareByText(({ digest }) => digest));
  return ordered.map(({ digest, label }, index) => ({
    digest,
    label: index < maxStatements.labels ? label : '',
  }));
}

const shortened = (label: string): string =>
  label.length <= maxStatements.characters ? label : `${label.slice(0, maxStatements.characters - 1)}…`;

/** What appeared, changed or vanished: of one label, a statement that went and one that came are one that changed. */
export function diffUnmanagedStatements(
  left: readonly UnmanagedStatement[],
  now: readonly UnmanagedStatement[],
): readonly UnmanagedChange[] {
  const gone = without(left, now);
  const come = without(now, left);
  const labels = [...new Set([...gone, ...come].map(({ label }) => label))].sort();
  return labels.flatMap((label) => changesOf(label, countOf(gone, label), countOf(come, label)));
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

/** Statements that mean the same count one by one. */
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
