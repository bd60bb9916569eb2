import { many, type PolicyDocument, principalMap, type Statement } from './document.ts';
import { deploymentOf } from './owned.ts';

/** A principal that was deleted, where a statement that is not ours still names it. */
export interface Orphan {
  /** The statement's Sid, or which of the document's statements it is, from 1. */
  readonly statement: string;
  /** The unique id that stands in the place of its ARN. */
  readonly id: string;
  readonly was: 'role' | 'user';
}

/**
 * A role or user that a policy names turns into its unique id when it is deleted: AWS cannot map it back to an ARN. No
 * service takes the id in the next write (AWS re:Post, "Why is there an unknown principal format in my IAM
 * resource-based policy?": users have the prefix AIDA, roles AROA; not confirmed for ECR).
 */
const uniqueId = /^(AIDA|AROA)[A-Z0-9]{8,}$/;

/** Those in statements of others. In ours no role or user is ever named, so whatever stands there is replaced. */
export const foreignOrphans = (
  document: PolicyDocument | undefined,
  deploymentId: string,
): readonly Orphan[] =>
  (document?.Statement ?? []).flatMap((statement, index) =>
    deploymentOf(statement.Sid) === deploymentId
      ? []
      : orphansIn(statement).map((id) => ({
          statement: statement.Sid || `number ${index + 1}`,
          id,
          was: id.startsWith('AROA') ? ('role' as const) : ('user' as const),
        })),
  );

const orphansIn = ({ Principal, NotPrincipal }: Statement): readonly string[] =>
  [Principal, NotPrincipal]
    .flatMap((principal) => (principal === undefined ? [] : many(principalMap(principal).AWS ?? [])))
    .filter((name) => uniqueId.test(name));
