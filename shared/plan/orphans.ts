import type { GrantKind } from '../grants/contract.ts';
import { foreignOrphans, type Orphan } from '../policy/orphans.ts';

type Documents = ReturnType<GrantKind['documents']>;

/** In all documents of a resource, as they were read. */
export const orphansOf = (documents: Documents, deploymentId: string): readonly Orphan[] =>
  Object.values(documents).flatMap((document) => foreignOrphans(document, deploymentId));

/** `the statement "Partner" names AROA…, the id of a role that was deleted`, of each. */
export const orphansText = (orphans: readonly Orphan[]): string =>
  orphans
    .map(
      ({ statement, id, was }) =>
        `the statement "${statement}" names ${id}, the id of a ${was} that was deleted`,
    )
    .join('; ');

/** What a person should know of a resource before its next write fails: one line, or none. */
export function orphanWarnings(key: string, documents: Documents, deploymentId: string): readonly string[] {
  const orphans = orphansOf(documents, deploymentId);
  if (orphans.length === 0) return [];
  return [
    `${key}: ${orphansText(orphans)}. The statement is not ours and stays as it is, but AWS refuses the next write of ` +
      'this policy: whoever owns the statement must take the id out, or name a principal that exists',
  ];
}
